// The result that `autocannon -j` prints, so that tools which compare such results keep working.
//
// Latency is our response time, from the intended start. Bytes are not counted and stand as 0.

import { countOf, type Histogram, meanMs, recordedIn } from '../histogram.ts'
import { sentForMs } from '../report.ts'
import {
  answeredIn,
  endedIn,
  quantileMsOf,
  type RecordedRun,
  responsesOf,
  secondsOf,
  smallestMs,
} from './recorded.ts'

/** @param iso epoch milliseconds → ISO date */
export function autocannonResultOf(run: RecordedRun, iso: (at: number) => string): object {
  const { target, startedAt, outcomes, statuses, generator } = run.report
  const response = responsesOf(run)
  const perSecond = secondsOf(run).map(({ outcomes: counts }) => answeredIn(counts))
  const answers = Object.values(statuses).reduce((sum, count) => sum + count, 0)
  const sent = endedIn(run.report)
  const total = answeredIn(outcomes)
  const durationMs = sentForMs(run.report)
  const statusClass = (digit: string): number =>
    Object.entries(statuses).reduce((sum, [status, count]) => (status[0] === digit ? sum + count : sum), 0)
  const timeouts = (outcomes.timeout ?? 0) + (outcomes.shed ?? 0)
  const latency = {
    average: round(meanMs(response) ?? 0),
    mean: round(meanMs(response) ?? 0),
    stddev: round(deviationMs(response)),
    min: smallestMs(response),
    max: quantileMsOf(response, 1),
    ...percentiles((fraction) => quantileMsOf(response, fraction)),
    totalCount: countOf(response),
  }
  return {
    title: run.id,
    url: target,
    connections: generator.connections,
    sampleInt: 1000,
    pipelining: 1,
    workers: 1,
    duration: durationMs / 1000,
    samples: perSecond.length,
    start: iso(startedAt),
    finish: iso(startedAt + durationMs),
    errors: sent - total,
    timeouts,
    mismatches: outcomes['check-failed'] ?? 0,
    non2xx: answers - statusClass('2'),
    resets: outcomes.reset ?? 0,
    '1xx': statusClass('1'),
    '2xx': statusClass('2'),
    '3xx': statusClass('3'),
    '4xx': statusClass('4'),
    '5xx': statusClass('5'),
    latency,
    requests: { ...spread(perSecond), total, sent },
    throughput: { ...spread([]), total: 0 },
  }
}

function deviationMs(histogram: Histogram): number {
  const mean = meanMs(histogram) ?? 0
  const squares = recordedIn(histogram).reduce(
    (sum, { us, times }) => sum + times * (us / 1000 - mean) ** 2,
    0,
  )
  return Math.sqrt(squares / Math.max(1, countOf(histogram)))
}

function spread(values: readonly number[]): Record<string, number> {
  const sorted = values.toSorted((a, b) => a - b)
  const mean = sorted.reduce((sum, value) => sum + value, 0) / Math.max(1, sorted.length)
  const variance = sorted.reduce((sum, value) => sum + (value - mean) ** 2, 0) / Math.max(1, sorted.length)
  return {
    average: round(mean),
    mean: round(mean),
    stddev: round(Math.sqrt(variance)),
    min: sorted[0] ?? 0,
    max: sorted.at(-1) ?? 0,
    ...percentiles((fraction) => sorted[Math.max(0, Math.ceil(fraction * sorted.length) - 1)] ?? 0),
  }
}

const percentiles = (at: (fraction: number) => number): Record<string, number> => ({
  p0_001: at(0.00001),
  p0_01: at(0.0001),
  p0_1: at(0.001),
  p1: at(0.01),
  p2_5: at(0.025),
  p10: at(0.1),
  p25: at(0.25),
  p50: at(0.5),
  p75: at(0.75),
  p90: at(0.9),
  p97_5: at(0.975),
  p99: at(0.99),
  p99_9: at(0.999),
  p99_99: at(0.9999),
  p99_999: at(0.99999),
})

const round = (value: number): number => Math.round(value * 1000) / 1000
