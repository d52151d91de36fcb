import { stripVTControlCharacters as plain } from 'node:util'
import { describe, expect, test } from 'vitest'
import { capacityProgressLine, capacityView } from '../../../src/cli/views/capacity.ts'
import type { CapacityProbe, CapacityReport } from '../../../src/system/capacity-report.ts'

const probe = (ratePerSecond: number, of: Partial<CapacityProbe> = {}): CapacityProbe => ({
  phase: 'bracket',
  ratePerSecond,
  okPerSecond: ratePerSecond,
  seconds: 5,
  p50Ms: 2.1,
  p99Ms: 12.4,
  failed: 0,
  decision: 'meets',
  ...of,
})
const report: CapacityReport & { report: null } = {
  version: 1,
  target: 'http://127.0.0.1:4000/',
  slo: 'p99<20ms',
  startedAt: 0,
  tookMs: 71_200,
  verdict: 'found',
  ratePerSecond: 868,
  between: { low: 851, high: 880 },
  missedAt: 880,
  probes: [
    probe(800),
    probe(1600, { okPerSecond: 990, p99Ms: 900, failed: 0.38, decision: 'misses' }),
    probe(868, { phase: 'bisect' }),
  ],
  recovery: { overloadPerSecond: 1300, ratePerSecond: 694, afterMs: 1000, withinMs: 12_000 },
  reasons: [],
  report: null,
}

describe('a capacity report', () => {
  test('is a curve over the offered rate, with the result and the recovery', () => {
    const text = plain(capacityView(report))
    const rows = text.split('\n').filter((line) => /^[\d,]+ /.test(line))
    expect(rows.map((row) => row.split(/ +/)[0])).toEqual(['800', '868', '1,600'])
    expect(rows[2]).toMatch(/^1,600 +990 +2\.1 ms +900 ms +38 % +█+ +bracket +✘ misses$/)
    expect(text).toContain('Recovery: within 1s from 1,300 rps, at 694 rps')
    expect(text).toContain(
      'Capacity: 868 rps (851 to 880, nine times of ten), held for the soak at nine tenths of it',
    )
  })

  test.each([
    ['not-reached', 'at least 868 rps'],
    ['never-met', 'below 880 rps'],
    ['unconfirmed', 'did not confirm'],
    ['inconclusive', 'inconclusive; about 868 rps (851 to 880, nine times of ten) so far'],
    ['generator-limited', 'msvc was the limit'],
  ] as const)('%s says so', (verdict, words) => {
    expect(plain(capacityView({ ...report, verdict }))).toContain(words)
  })

  test('warns of a target that stays overloaded', () => {
    const recovery = { ...report.recovery!, afterMs: null }
    expect(plain(capacityView({ ...report, recovery }))).toContain('once overloaded, it stays so')
  })
})

test('progress is one line', () => {
  const progress = {
    phase: 'bisect',
    ratePerSecond: 868,
    seconds: 3,
    met: 800,
    missed: null,
    elapsedMs: 61_400,
  } as const
  expect(plain(capacityProgressLine('http://h/', progress))).toBe(
    ' 1m1s  bisect    868 rps, second 3  limit within 800 … ? rps  http://h/',
  )
})
