// Two drawings of where the response times lie: the percentiles up to the rarest, and a heat map over time.

import type { LatencyDistribution } from '../../system/latency-distribution.ts'
import {
  bottomAxis,
  drawing,
  figures,
  linearScale,
  logScale,
  msAxis,
  plotX,
  plotY,
  polyline,
  tickMs,
} from './drawing.ts'
import { countText, msText } from './format.ts'
import { html, type Html } from './html.ts'

export const distributionFigures = (distribution: LatencyDistribution): Html =>
  figures(
    {
      title: 'Response time over time',
      note: 'stronger: more of its arrivals',
      drawn: heatMap(distribution),
    },
    {
      title: 'Response time by percentile',
      note: 'each step to the right: ten times rarer',
      drawn: percentilePlot(distribution),
    },
  )

const named = [
  { fraction: 0, text: 'min' },
  { fraction: 0.5, text: 'p50' },
  { fraction: 0.9, text: 'p90' },
  { fraction: 0.99, text: 'p99' },
  { fraction: 0.999, text: 'p99.9' },
  { fraction: 0.9999, text: 'p99.99' },
  { fraction: 0.99999, text: 'p99.999' },
]

function percentilePlot({ percentiles }: LatencyDistribution): Html {
  const rarest = percentiles.at(-2)?.fraction ?? 0
  const nines = (fraction: number): number => -Math.log10(1 - Math.min(fraction, rarest))
  const x = linearScale(0, Math.max(1, nines(rarest)), plotX)
  const first = percentiles[0]?.ms ?? 1
  const y = logScale(Math.max(0.001, first / 1.2), (percentiles.at(-1)?.ms ?? 1) * 1.2, plotY)
  const points = percentiles.map(({ fraction, ms }) => [x(nines(fraction)), y(ms)] as const)
  return drawing(
    'Response time by percentile',
    msAxis(y),
    bottomAxis(
      named
        .filter(({ fraction }) => fraction <= rarest)
        .map(({ fraction, text }) => ({ at: x(nines(fraction)), text })),
    ),
    polyline('p99', points),
    html`${percentiles.map(({ fraction, ms }, index) => {
      const [at, height] = points[index]!
      const name = fraction === 1 ? 'max' : `${Number((fraction * 100).toPrecision(6))} %`
      return html`<circle class="point" cx="${at}" cy="${height}" r="2.5"
        ><title>${name}: ${msText(ms)}</title></circle
      >`
    })}`,
  )
}

const shades = 8

function heatMap({ bandsMs, columns }: LatencyDistribution): Html {
  const first = bandsMs[0] ?? 1
  const step = (bandsMs[1] ?? first * 1.5) / first
  const y = logScale(first, (bandsMs.at(-1) ?? 1) * step, plotY)
  const x = linearScale(0, columns.at(-1)?.toS ?? 1, plotX)
  const cells = columns.flatMap(({ fromS, toS, counts }) => {
    const total = counts.reduce((sum, count) => sum + count, 0)
    return counts.flatMap((count, band) => {
      if (count === 0) return []
      const low = bandsMs[band]!
      // The square root keeps the rare slow ones visible beside the bulk.
      const shade = Math.max(1, Math.ceil(Math.sqrt(count / total) * shades))
      const top = y(low * step)
      const told = `${tickMs(low)} to ${tickMs(low * step)}, from second ${fromS}: ${countText(count)} of ${countText(total)}`
      const box = { x: x(fromS), width: cellSize(x(toS) - x(fromS)), y: top, height: cellSize(y(low) - top) }
      return [
        html`<rect
          class="heat-${shade}"
          x="${box.x}"
          y="${box.y}"
          width="${box.width}"
          height="${box.height}"
        >
          <title>${told}</title>
        </rect>`,
      ]
    })
  })
  const lengthS = columns.at(-1)?.toS ?? 1
  const seconds = [0, 0.25, 0.5, 0.75, 1].map((share) => Math.round(share * lengthS))
  return drawing(
    'Response time over time',
    msAxis(y),
    bottomAxis([...new Set(seconds)].map((second) => ({ at: x(second), text: `${second} s` }))),
    html`${cells}`,
  )
}

const cellSize = (length: number): number => Math.max(0.5, Math.round(length * 10) / 10)
