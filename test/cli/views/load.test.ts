import { stripVTControlCharacters as plain } from 'node:util'
import { describe, expect, test } from 'vitest'
import { intervalLine, liveFrame, loadView, ms, sparkline } from '../../../src/cli/views/load.ts'
import { saturationFrame, saturationLine, saturationView } from '../../../src/cli/views/saturation.ts'
import type { LoadInterval } from '../../../src/events.ts'
import type { LoadReport } from '../../../src/system/load-report.ts'

const responseMs = { p50: 1.2345, p90: 5, p99: 1234.5, p999: 2000, max: 10_000 }
const interval: LoadInterval = {
  second: 3,
  scheduled: 500,
  outcomes: { ok: 480, refused: 15, timeout: 5 },
  requests: {},
  responseMs,
  serviceMs: responseMs,
  lagMs: responseMs,
  responseHistogram: '',
}
const report: LoadReport = {
  version: 1,
  target: 'http://127.0.0.1:4000',
  startedAt: 0,
  schedule: { arrivals: 10_000, ratePerSecond: 500, durationMs: 20_000 },
  achievedRate: 499.95,
  outcomes: { ok: 9990, timeout: 10 },
  responseMs,
  okResponseMs: responseMs,
  serviceMs: responseMs,
  lagMs: responseMs,
  waitMs: responseMs,
  verdict: 'noisy',
  reasons: ['it waited for a core 40 % of the time: other programs took them'],
  limit: 'target saturated: answered about 480 rps',
  isInterrupted: false,
  elapsedMs: 10_012,
  statuses: { 200: 7990, 201: 2000 },
  requests: [
    { name: 'read order', outcomes: { ok: 8000 }, statuses: { 200: 8000 }, responseMs },
    { name: 'place order', outcomes: { ok: 1990, timeout: 10 }, statuses: { 201: 1990 }, responseMs },
  ],
  thresholds: [],
  generator: { cpuPerArrivalUs: 40, eventLoopUtilization: 0.3, runQueueWait: 0.4, connections: 12 },
}

test('a second is one line, with what failed', () => {
  expect(plain(intervalLine(interval))).toBe(
    '   3s  500 arrivals  ok 480  refused 15  timeout 5  p50 1.23 ms  p99 1.23 s  max 10 s',
  )
})

test('the summary tells schedule, outcomes, latencies, requests, limit and verdict', () => {
  const text = plain(loadView(report))
  for (const part of [
    'open model, 500 rps for 20s',
    '10,000 scheduled, all accounted for',
    'ok 9,990  timeout 10',
    '200 × 7,990  201 × 2,000',
    'response',
    'ok only',
    'place order',
    'Limit:   target saturated',
    'Verdict: noisy',
    '40 % of the time',
  ]) {
    expect(text).toContain(part)
  }
})

test('the summary tells the most frequent reasons of each outcome, and how many are left', () => {
  const why = (arrivals: number, reason: string) => ({ outcome: 'check-failed', reason, arrivals }) as const
  const tls = { outcome: 'tls', reason: 'CERT_HAS_EXPIRED', arrivals: 7 } as const
  const failures = [
    why(1200, 'body lacks "ok"'),
    tls,
    why(3, 'body.state is not "paid"'),
    why(2, 'status 404 instead of 200'),
    why(1, `no header.location to capture as ${'a'.repeat(40)}`),
    why(1, 'other reasons'),
  ]
  const linesOf = (told: typeof failures) =>
    plain(loadView({ ...report, failures: told }))
      .split('\n')
      .filter((line) => /check-failed|tls/.test(line))
  expect(linesOf(failures)).toEqual([
    'why       check-failed 1,200: body lacks "ok"',
    '          check-failed 3: body.state is not "paid"',
    '          check-failed 2: status 404 instead of 200',
    '          check-failed 2: 2 more reasons',
    '          tls 7: CERT_HAS_EXPIRED',
  ])
  expect(linesOf([])).toEqual([])
  const fourth = linesOf(failures.slice(0, 5))[3]
  expect(fourth).toBe('          check-failed 1: no header.location to capture as')
})

test('a frame keeps within the columns and shows the last seconds', () => {
  const progress = { elapsedMs: 3456, due: 1728, inFlight: 20, outcomes: interval.outcomes, responseMs }
  const frame = plain(
    liveFrame({
      target: report.target,
      schedule: report.schedule,
      progress,
      intervals: [interval, interval],
      columns: 80,
    }),
  )
  expect(frame).toContain('17 %')
  expect(frame).toContain('1,728 of 10,000, 20 in flight')
  expect(
    plain(
      liveFrame({
        target: report.target,
        schedule: report.schedule,
        progress: null,
        intervals: [],
        columns: 80,
      }),
    ),
  ).toContain('0 %')
})

test.each([80, 60, 40])('in %i columns a frame hides neither what failed nor p99', (columns) => {
  const progress = { elapsedMs: 400, due: 200, inFlight: 20, outcomes: interval.outcomes, responseMs }
  const { target, schedule } = report
  const about = { target, schedule, columns }
  const long = Array.from({ length: 300 }, (_, second) => ({ ...interval, second }))
  const lines = plain(liveFrame({ ...about, progress, intervals: long })).split('\n')
  const fitting = lines.filter((line) => line.length <= columns)
  expect(fitting.find((line) => line.startsWith('outcomes'))).toContain('ok 480  refused 15  timeout 5')
  expect(fitting.find((line) => line.startsWith('response'))).toContain('p99 1.23 s')
  expect(fitting.find((line) => line.startsWith('p99'))).toMatch(/▁  1.23 s in second 299$/)
  expect(lines[1]).toMatch(/ 2 %  0s$/)
  const first = plain(liveFrame({ ...about, progress: null, intervals: [] })).split('\n')
  expect(first.at(-1)).toBe('p99       –')
})

test('a closed-model run says what it does not measure, and when it was ended early', () => {
  const report = {
    version: 1,
    engine: 'autocannon',
    model: 'closed',
    target: 'http://127.0.0.1:4000/',
    startedAt: 0,
    connections: 50,
    durationMs: 10_000,
    elapsedMs: 10_010,
    isInterrupted: false,
    throughput: 1234.5,
    answers: 12_345,
    statuses: { 200: 12_345 },
    errors: 0,
    timeouts: 0,
    serviceMs: responseMs,
    notMeasured: ['Latency under a given load.'],
  } as const
  const text = plain(saturationView(report))
  expect(text).toContain('closed model by autocannon, 50 connections for 10s')
  expect(text).toContain('Not measured:\n  - Latency under a given load.')
  expect(text).not.toContain('Interrupted')
  expect(text).toContain('failures    0 errors, of which 0 timeouts')
  const ours = { ...report, engine: 'msvc', errors: 46, outcomes: { ok: 3, tls: 41, timeout: 5 } } as const
  expect(plain(saturationView(ours))).toContain('failures    tls 41  timeout 5')
  expect(text).not.toContain('Limit')
  const limit = 'no request was answered: this says nothing of what the target takes'
  expect(plain(saturationView({ ...ours, limit }))).toContain(`\n\nLimit:   ${limit}\n`)
  const failures = [{ outcome: 'tls', reason: 'CERT_HAS_EXPIRED', arrivals: 41 }] as const
  expect(plain(saturationView({ ...ours, failures: [...failures] }))).toContain('tls 41: CERT_HAS_EXPIRED')
  const long = 'Latency under a given load: each connection waits for its answer before it asks again.'
  expect(
    plain(saturationView({ ...report, notMeasured: [long] }))
      .split('\n')
      .slice(-2),
  ).toEqual([
    '  - Latency under a given load: each connection waits for its answer before it',
    '    asks again.',
  ])
  expect(plain(saturationView({ ...report, isInterrupted: true, elapsedMs: 2940 }))).toContain(
    'Interrupted after 2.9 s of 10s.',
  )
})

test('a sparkline has one step per value, and a gap where there is none', () => {
  expect(sparkline([1, 10, 100, null, 1])).toBe('▁▅█ ▁')
  expect(sparkline([])).toBe('')
  expect(sparkline([5, 5])).toBe('▁▁')
})

test.each([
  [0.1234, '0.123 ms'],
  [16.24, '16.2 ms'],
  [1620, '1.62 s'],
  [null, '–'],
])('%s ms is %s', (value, text) => {
  expect(ms(value)).toBe(text)
})

test('the summary fits a terminal of 80 columns, also with slow requests and many failures', () => {
  const wide = { ...responseMs, p50: 123.4, p90: 0.0123, p99: 1234.5, p999: 12_345.6 }
  const failed = {
    ...report,
    okResponseMs: wide,
    responseMs: wide,
    outcomes: { ok: 9000, refused: 900, reset: 100 },
    reasons: ['1 % of the arrivals were sent 71.5 ms late or later, by the generator itself, which is ours'],
  }
  const lines = plain(loadView(failed)).split('\n')
  expect(lines.filter((line) => line.length > 80)).toEqual([])
  expect(lines.slice(-2)).toEqual([
    '         1 % of the arrivals were sent 71.5 ms late or later, by the generator',
    '         itself, which is ours',
  ])
})

describe('a closed-model run as it goes on', () => {
  const progress = {
    elapsedMs: 2400,
    answers: 6200,
    failures: 3,
    perSecond: [3000, 2500],
    serviceMs: null,
  }
  const about = { target: 'http://127.0.0.1:4000/', connections: 50, durationMs: 10_000, columns: 80 }

  test('is a frame that says how far it is and what was answered', () => {
    const frame = plain(saturationFrame({ ...about, progress }))
    expect(frame).toMatch(/^http:\/\/127\.0\.0\.1:4000\/  50 connections for 10s\n/)
    expect(frame).toMatch(/24 %  2s\nanswers   6,200, 2,500 in second 1\nfailures  3$/)
    expect(plain(saturationFrame({ ...about, progress: { ...progress, serviceMs: responseMs } }))).toContain(
      'service   p50 1.23 ms  p99 1.23 s',
    )
  })

  test('is a line for each whole second', () => {
    expect(plain(saturationLine(progress, 1))).toBe('   1s  2,500 answers  3 failures so far')
    expect(plain(saturationLine({ ...progress, failures: 0 }, 0))).toBe('   0s  3,000 answers')
  })
})
