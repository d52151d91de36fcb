import { expect, test } from 'vitest'
import type { LoadInterval } from '../../src/events.ts'
import { failedShare, ledgerOf, quantileMs, whole } from '../../src/load/ledger.ts'
import { interval } from './interval.ts'

const second = (times: readonly number[], failed = 0): LoadInterval =>
  interval(0, times, { ok: times.length - failed, timeout: failed })

/** Second k has the times 10 k + 1 … 10 k + 10 ms, and k failures. */
const seconds = [0, 1, 2, 3, 4].map((k) =>
  second(
    Array.from({ length: 10 }, (_, index) => 10 * k + index + 1),
    k,
  ),
)

test.each([
  ['the whole run', [{ from: 0, to: 5 }], { p50: 25, p90: 45, max: 50, failed: 10 / 50 }],
  ['one second', [{ from: 2, to: 3 }], { p50: 25, p90: 29, max: 30, failed: 2 / 10 }],
  [
    'stretches, one of them twice',
    [
      { from: 4, to: 5 },
      { from: 0, to: 1 },
      { from: 0, to: 1 },
    ],
    { p50: 8, p90: 47, max: 50, failed: 4 / 30 },
  ],
])('percentiles and failures of %s are those of its seconds', (_, stretches, expected) => {
  const ledger = ledgerOf(seconds, 1)
  const relative = (fraction: number, ms: number): number => quantileMs(ledger, stretches, fraction) / ms - 1
  for (const [fraction, ms] of [
    [0.5, expected.p50],
    [0.9, expected.p90],
    [1, expected.max],
  ] as const) {
    expect(Math.abs(relative(fraction, ms))).toBeLessThan(0.002)
  }
  expect(failedShare(ledger, stretches)).toBeCloseTo(expected.failed, 10)
})

test('a long run is kept in steps of several seconds; the last may be shorter', () => {
  const ledger = ledgerOf(seconds, 2)
  expect(ledger.length).toBe(3)
  expect(quantileMs(ledger, whole(ledger), 1) / 50).toBeCloseTo(1, 2)
  expect(quantileMs(ledger, [{ from: 2, to: 3 }], 0.5) / 45).toBeCloseTo(1, 2)
})

test('nothing recorded has no percentile', () => {
  expect(quantileMs(ledgerOf([second([])], 1), [{ from: 0, to: 1 }], 0.5)).toBeNaN()
})
