// A capacity search on the page: throughput and latency over the offered load, the probes, the recovery.

import type { CapacityProbe, CapacityReport } from '../../system/capacity-report.ts'
import {
  bottomAxis,
  drawing,
  figures,
  leftAxis,
  linearScale,
  logScale,
  msAxis,
  plotX,
  plotY,
  polyline,
} from './drawing.ts'
import { countText, msText, rateText, shareText } from './format.ts'
import { html, type Html } from './html.ts'
import { mark, tableHead } from './table.ts'

export const capacitySection = (capacity: CapacityReport): Html =>
  html`${figures(
      {
        title: 'Throughput',
        note: 'arrivals ended ok per second, over the offered rate',
        drawn: throughputCurve(capacity),
      },
      { title: 'Latency', note: 'p99 and p50 over the offered rate', drawn: latencyCurve(capacity) },
    )}
    <section>
      <h2>Probes <small>in the order in which they were made</small></h2>
      <table>
        ${tableHead('', { text: 'Probe' }, 'Offered', 'Ok', 'p50', 'p99', 'Failed', 'Seconds')}
        <tbody>
          ${capacity.probes.map(probeRow)}
        </tbody>
      </table>
    </section>`

/** What the verdict of a search rests on. */
export function capacitySentences(capacity: CapacityReport): string[] {
  const { verdict, ratePerSecond, between, missedAt, slo, recovery, reasons } = capacity
  const least = verdict === 'not-reached' || verdict === 'generator-limited' ? 'at least ' : ''
  return [
    ratePerSecond === null
      ? `Not even ${rateText(missedAt ?? 0)} per second met ${slo}.`
      : `Within ${slo}: ${least}${rateText(ratePerSecond)} per second${missedAt === null ? '' : `; ${rateText(missedAt)} missed it`}.`,
    ...(between === null
      ? []
      : [
          `Nine times of ten, such a limit lies between ${rateText(between.low)} and ${rateText(between.high)} per second.`,
        ]),
    ...(recovery === null
      ? []
      : [
          recovery.afterMs === null
            ? `After ${rateText(recovery.overloadPerSecond)} per second it did not recover within ${msText(recovery.withinMs)}.`
            : `After ${rateText(recovery.overloadPerSecond)} per second it recovered within ${msText(recovery.afterMs)}.`,
        ]),
    ...reasons,
  ]
}

function probeRow(probe: CapacityProbe): Html {
  const { phase, ratePerSecond, okPerSecond, p50Ms, p99Ms, failed, seconds, decision } = probe
  return html`<tr>
    <td>${mark(decision === 'meets')}</td>
    <th scope="row">${phase}</th>
    <td>${rateText(ratePerSecond)}/s</td>
    <td>${rateText(okPerSecond)}/s</td>
    <td>${msText(p50Ms)}</td>
    <td>${msText(p99Ms)}</td>
    <td>${failed === 0 ? '0 %' : shareText(failed, 1)}</td>
    <td>${countText(seconds)}</td>
  </tr>`
}

const byRate = ({ probes }: CapacityReport): CapacityProbe[] =>
  // After an overload the target still works off what it owes: that is no point of the curve.
  probes.filter(({ phase }) => phase !== 'recovery').toSorted((a, b) => a.ratePerSecond - b.ratePerSecond)

function throughputCurve(capacity: CapacityReport): Html {
  const probes = byRate(capacity)
  const most = Math.max(1, ...probes.map(({ ratePerSecond }) => ratePerSecond))
  const x = linearScale(0, most, plotX)
  const y = linearScale(0, most, plotY)
  const ticks = [0, 0.25, 0.5, 0.75, 1].map((share) => Number((share * most).toPrecision(3)))
  return drawing(
    'Throughput over the offered rate',
    leftAxis(ticks.map((rate) => ({ at: y(rate), text: rateText(rate) }))),
    bottomAxis(ticks.map((rate) => ({ at: x(rate), text: rateText(rate) }))),
    polyline('ideal', [
      [x(0), y(0)],
      [x(most), y(most)],
    ]),
    limitLine(capacity, x),
    polyline(
      'p90',
      probes.map(({ ratePerSecond, okPerSecond }) => [x(ratePerSecond), y(okPerSecond)]),
    ),
    html`${probes.map((probe) => point(probe, x(probe.ratePerSecond), y(probe.okPerSecond)))}`,
  )
}

function latencyCurve(capacity: CapacityReport): Html {
  const probes = byRate(capacity).filter(({ p99Ms }) => p99Ms !== null)
  const x = linearScale(0, Math.max(1, ...probes.map(({ ratePerSecond }) => ratePerSecond)), plotX)
  const all = probes.flatMap(({ p50Ms, p99Ms }) => [p50Ms ?? 1, p99Ms ?? 1]).map((ms) => Math.max(0.001, ms))
  const y = logScale(Math.min(1e6, ...all) / 1.3, Math.max(0.002, ...all) * 1.3, plotY)
  const ticks = [0, 0.25, 0.5, 0.75, 1].map((share) => Number((share * x.to).toPrecision(3)))
  return drawing(
    'Latency over the offered rate',
    msAxis(y),
    bottomAxis(ticks.map((rate) => ({ at: x(rate), text: rateText(rate) }))),
    limitLine(capacity, x),
    polyline(
      'p50',
      probes.map(({ ratePerSecond, p50Ms }) => [x(ratePerSecond), y(p50Ms ?? 0)]),
    ),
    polyline(
      'p99',
      probes.map(({ ratePerSecond, p99Ms }) => [x(ratePerSecond), y(p99Ms ?? 0)]),
    ),
    html`${probes.map((probe) => point(probe, x(probe.ratePerSecond), y(probe.p99Ms ?? 0)))}`,
  )
}

const limitLine = ({ ratePerSecond }: CapacityReport, x: (rate: number) => number): Html =>
  ratePerSecond === null
    ? html``
    : html`<line
        class="limit"
        x1="${x(ratePerSecond)}"
        x2="${x(ratePerSecond)}"
        y1="${plotY[0]}"
        y2="${plotY[1]}"
      ></line>`

const point = ({ phase, ratePerSecond, p99Ms, decision }: CapacityProbe, x: number, y: number): Html =>
  html`<circle class="point ${decision}" cx="${x}" cy="${y}" r="4"
    ><title>${phase} at ${rateText(ratePerSecond)}/s: p99 ${msText(p99Ms)}, ${decision}</title></circle
  >`
