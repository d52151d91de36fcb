import { build, decodeFromCompressedBase64, HistogramLogReader } from 'hdr-histogram-js'
import { describe, expect, test } from 'vitest'
import type { SystemEvent } from '../../../src/events.ts'
import { exportRun } from '../../../src/load/exports/export-run.ts'
import type { ExportFormat } from '../../../src/load/exports/formats.ts'
import type { RecordedRun } from '../../../src/load/exports/recorded.ts'
import { load } from '../../observe/fixtures/payment-killed.ts'
import { interval } from '../interval.ts'

const startedAt = Date.UTC(2026, 10, 22, 15, 30)
/** 0.001 ms to 60 s: every size of counter. */
const values = Array.from({ length: 1000 }, (_, index) => 0.001 * 1.018 ** index)
const perSecond = [0, 1, 2].map((second) => values.map((value) => value * (second + 1)))

const intervals = perSecond.map((times, second) => interval(second, times, { ok: 990, timeout: 10 }))
const events = [
  ...intervals.map((data) => ({ type: 'load.interval', at: startedAt + data.second * 1000 + 1000, data })),
  {
    type: 'fault.applied',
    at: startedAt + 1250,
    subject: 'fault:f1',
    data: { kind: 'kill', target: 'payment' },
  },
  { type: 'probe.result', at: startedAt, subject: 'run:r', data: {} },
] as unknown as SystemEvent[]
const run: RecordedRun = {
  id: '20261122-153000-load-a1b2',
  events,
  report: {
    ...load,
    startedAt,
    elapsedMs: 3000,
    schedule: { arrivals: 3000, ratePerSecond: 1000, durationMs: 3000 },
    outcomes: { ok: 2970, timeout: 30 },
    statuses: { 200: 2970 },
    thresholds: [
      { expression: 'p99<200ms', ok: false, observed: null, unit: 'ms' },
      { expression: 'errors<5%', ok: true, observed: 0.01, unit: 'share' },
    ],
  },
}
const textOf = (exported: RecordedRun, format: ExportFormat): string =>
  exportRun(exported, format, (at) => new Date(at).toISOString())
const text = (format: ExportFormat): string => textOf(run, format)
const sorted = perSecond.flat().toSorted((a, b) => a - b)
const truth = (fraction: number): number => sorted[Math.ceil(fraction * sorted.length) - 1]!

describe('hlog', () => {
  test("HdrHistogram's own reader finds the values of each second, and their times", () => {
    const reader = new HistogramLogReader(text('hlog'))
    for (const [second, times] of perSecond.entries()) {
      const histogram = reader.nextIntervalHistogram()!
      expect(histogram.startTimeStampMsec).toBeCloseTo(startedAt + second * 1000, -1)
      expect(histogram.totalCount).toBe(1000)
      for (const percentile of [1, 50, 90, 99, 99.9, 100]) {
        const wanted = Math.round(times[Math.ceil(percentile * 10) - 1]! * 1000)
        expect(Math.abs(histogram.getValueAtPercentile(percentile) - wanted)).toBeLessThanOrEqual(
          wanted / 1000 + 1,
        )
      }
    }
    expect(reader.nextIntervalHistogram()).toBeNull()
  })

  test('tells the faults as comments, in their second', () => {
    const lines = text('hlog').split('\n')
    const fault = lines.indexOf('#[1.250 fault.applied kill payment]')
    expect(lines[fault + 1]).toMatch(/^1\.000,1\.000,/)
    const base64 = lines[fault + 1]!.split(',').at(-1)!
    expect(decodeFromCompressedBase64(base64).totalCount).toBe(1000)
  })

  test('tells also what was so before it began, and what happened in a second without arrivals or after the last', () => {
    const fault = (type: string, offsetMs: number) => ({
      type,
      at: startedAt + offsetMs,
      subject: 'fault:f2',
      data: { kind: 'delay', target: 'order' },
    })
    const told = [
      fault('fault.applied', -2000),
      fault('fault.healed', 1500),
      fault('fault.applied', 2100),
      fault('fault.healed', 9000),
    ] as unknown as SystemEvent[]
    const sparse = { ...run, events: [events[0]!, ...told, events[2]!] }
    expect(
      textOf(sparse, 'hlog')
        .split('\n')
        .filter((line) => /^#\[-?\d|^\d/.test(line))
        .map((line) => line.replace(/^(\d.*?),.*/, '$1')),
    ).toEqual([
      '#[-2.000 fault.applied delay order]',
      '0.000',
      '#[1.500 fault.healed delay order]',
      '#[2.100 fault.applied delay order]',
      '2.000',
      '#[9.000 fault.healed delay order]',
    ])
  })
})

test('hgrm has the percentiles that a histogram of all values has', () => {
  const rows = text('hgrm')
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number))
    .filter(([value, percentile]) => Number.isFinite(value) && Number.isFinite(percentile))
  const reference = build({ numberOfSignificantValueDigits: 3 })
  for (const value of sorted) reference.recordValue(Math.round(value * 1000))
  for (const fraction of [0.5, 0.9]) {
    const [value] = rows.find(([, percentile]) => percentile === fraction)!
    expect(value).toBeCloseTo(reference.getValueAtPercentile(fraction * 100) / 1000, 2)
  }
  expect(text('hgrm')).toMatch(/Total count {4}= {9}3000\]/)
})

test('the summary for k6 has its metrics, and `true` for a threshold that was missed', () => {
  const { metrics, root_group: root } = JSON.parse(text('k6')) as {
    metrics: Record<string, Record<string, unknown>>
    root_group: object
  }
  expect(root).toHaveProperty('checks')
  expect(metrics['http_reqs']).toEqual({ count: 3000, rate: 1000 })
  expect(metrics['http_req_failed']).toEqual({
    passes: 30,
    fails: 2970,
    value: 0.01,
    thresholds: { 'errors<5%': false },
  })
  expect(metrics['http_req_duration']!['thresholds']).toEqual({ 'p99<200ms': true })
  const p95 = metrics['http_req_duration']!['p(95)'] as number
  expect(Math.abs(p95 - truth(0.95))).toBeLessThan(truth(0.95) / 500)
})

test('the report for vegeta is in nanoseconds, and counts the unanswered under 0', () => {
  const report = JSON.parse(text('vegeta')) as Record<string, unknown> & { latencies: Record<string, number> }
  expect(report).toMatchObject({
    requests: 3000,
    rate: 1000,
    throughput: 990,
    success: 0.99,
    status_codes: { 0: 30, 200: 2970 },
    errors: ['timeout'],
    earliest: '2026-11-22T15:30:00.000Z',
  })
  expect(Math.abs(report.latencies['50th']! / 1e6 - truth(0.5))).toBeLessThan(truth(0.5) / 500)
})

test('the result for autocannon has what its tools read', () => {
  const result = JSON.parse(text('autocannon')) as Record<string, Record<string, number>>
  expect(result).toMatchObject({ duration: 3, '2xx': 2970, non2xx: 0, errors: 30, timeouts: 30 })
  expect(result['requests']).toMatchObject({ average: 990, total: 2970, sent: 3000 })
  expect(Math.abs(result['latency']!['p99']! - truth(0.99))).toBeLessThan(truth(0.99) / 500)
})

test('an arrival of several steps has several answers, and is one arrival', () => {
  const steps = { ...run, report: { ...run.report, statuses: { 200: 2970, 201: 2970 } } }
  expect(JSON.parse(textOf(steps, 'vegeta'))).toMatchObject({
    requests: 3000,
    status_codes: { 0: 30, 200: 2970, 201: 2970 },
  })
  expect(JSON.parse(textOf(steps, 'autocannon'))).toMatchObject({
    errors: 30,
    '2xx': 5940,
    requests: { total: 2970, sent: 3000 },
  })
})

test('of an interrupted run, other tools are told what came until then', () => {
  const report = {
    ...run.report,
    isInterrupted: true,
    elapsedMs: 3000,
    schedule: { arrivals: 60_000, ratePerSecond: 1000, durationMs: 60_000 },
    outcomes: { ok: 2970, timeout: 30, unfinished: 57_000 },
  }
  const interrupted = { ...run, report }
  expect(JSON.parse(textOf(interrupted, 'k6'))).toMatchObject({
    metrics: {
      http_reqs: { count: 3000, rate: 1000 },
      iterations: { count: 3000, rate: 1000 },
      dropped_iterations: { count: 0, rate: 0 },
      http_req_failed: { passes: 30, fails: 2970, value: 0.01 },
    },
  })
  expect(JSON.parse(textOf(interrupted, 'vegeta'))).toMatchObject({
    requests: 3000,
    rate: 1000,
    throughput: 990,
    success: 0.99,
    status_codes: { 0: 30 },
    errors: ['timeout'],
    end: '2026-11-22T15:30:03.000Z',
  })
  expect(JSON.parse(textOf(interrupted, 'autocannon'))).toMatchObject({
    duration: 3,
    errors: 30,
    requests: { total: 2970, sent: 3000 },
  })
  expect(textOf(interrupted, 'junit')).toContain('time="3.000"')
})

test("vegeta's wait is that for the last answers, and counts for its throughput", () => {
  const slow = { ...run, report: { ...run.report, elapsedMs: 3960 } }
  expect(JSON.parse(textOf(slow, 'vegeta'))).toMatchObject({
    duration: 2_999_000_000,
    wait: 961_000_000,
    throughput: 750,
    end: '2026-11-22T15:30:03.960Z',
  })
})

test('the timeline is one JSON object a line: each second and each fault, without histograms', () => {
  const lines = text('ndjson').trim().split('\n')
  expect(lines.map((line) => (JSON.parse(line) as { type: string }).type)).toEqual([
    'load.interval',
    'load.interval',
    'load.interval',
    'fault.applied',
  ])
  expect(JSON.parse(lines[3]!)).toMatchObject({ second: 1.25, target: 'payment' })
  expect(text('ndjson')).not.toContain('responseHistogram')
  const perRequest = events.slice(0, 3).map((event) => ({
    ...event,
    data: { ...event.data, requestHistograms: { a: 'AQ==' } },
  })) as unknown as SystemEvent[]
  expect(textOf({ ...run, events: perRequest }, 'ndjson')).not.toContain('AQ==')
})
