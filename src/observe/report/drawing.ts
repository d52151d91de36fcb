// The parts of the page's still drawings: scales, axes and a frame, as SVG that the style sheet colours.

import { html, type Html } from './html.ts'

export interface Scale {
  (value: number): number
  from: number
  to: number
}

/** Values outside are drawn at the nearest end. */
export function logScale(from: number, to: number, [start, end]: readonly [number, number]): Scale {
  const low = Math.log(from)
  const range = Math.log(to) - low || 1
  const scale = (value: number): number =>
    round(start + ((Math.log(Math.min(to, Math.max(from, value))) - low) / range) * (end - start))
  return Object.assign(scale, { from, to })
}

export function linearScale(from: number, to: number, [start, end]: readonly [number, number]): Scale {
  const scale = (value: number): number => round(start + ((value - from) / (to - from || 1)) * (end - start))
  return Object.assign(scale, { from, to })
}

/** 1, 2 and 5 of each decade within; only the ones when there are many decades. */
export function logTicks({ from, to }: Scale): number[] {
  const first = Math.floor(Math.log10(from))
  const last = Math.ceil(Math.log10(to))
  const steps = last - first > 3 ? [1] : [1, 2, 5]
  return Array.from({ length: last - first + 1 }, (_, index) => 10 ** (first + index))
    .flatMap((decade) => steps.map((step) => Number((decade * step).toPrecision(3))))
    .filter((value) => value >= from && value <= to)
}

export const size = { width: 520, height: 260, left: 62, right: 12, top: 10, bottom: 34 } as const
export const plotX = [size.left, size.width - size.right] as const
export const plotY = [size.height - size.bottom, size.top] as const

export const drawing = (label: string, ...parts: Html[]): Html =>
  html`<svg class="drawing" viewBox="0 0 ${size.width} ${size.height}" role="img" aria-label="${label}">
    ${parts}
  </svg>`

/** Drawings side by side, each under its title and a word on how to read it. */
export const figures = (...shown: { title: string; note: string; drawn: Html }[]): Html =>
  html`<section class="columns drawings">
    ${shown.map(
      ({ title, note, drawn }) =>
        html`<figure>
          <figcaption>${title} <small>${note}</small></figcaption>
          ${drawn}
        </figure>`,
    )}
  </section>`

export const leftAxis = (ticks: readonly { at: number; text: string }[]): Html =>
  html`${ticks.map(
    ({ at, text }) =>
      html`<line class="grid" x1="${plotX[0]}" x2="${plotX[1]}" y1="${at}" y2="${at}"></line>
        <text class="tick" x="${plotX[0] - 8}" y="${at + 4}" text-anchor="end">${text}</text>`,
  )}`

/** Of a logarithmic scale of milliseconds. */
export const msAxis = (y: Scale): Html => leftAxis(logTicks(y).map((ms) => ({ at: y(ms), text: tickMs(ms) })))

export const bottomAxis = (ticks: readonly { at: number; text: string }[]): Html =>
  html`${ticks.map(
    ({ at, text }) =>
      html`<line class="grid" x1="${at}" x2="${at}" y1="${plotY[0]}" y2="${plotY[0] + 5}"></line>
        <text class="tick" x="${at}" y="${plotY[0] + 20}" text-anchor="middle">${text}</text>`,
  )}`

export const polyline = (name: string, points: readonly (readonly [number, number])[]): Html =>
  html`<polyline
    class="line ${name}"
    points="${points.map((point) => point.join(',')).join(' ')}"
  ></polyline>`

/** `0.2 ms`, `20 ms`, `2 s` */
export const tickMs = (ms: number): string =>
  ms >= 1000 ? `${Number((ms / 1000).toPrecision(3))} s` : `${Number(ms.toPrecision(3))} ms`

const round = (value: number): number => Math.round(value * 10) / 10
