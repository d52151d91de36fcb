import { expect, test } from 'vitest'
import type { LoadInterval } from '../../src/events.ts'
import { createDistribution } from '../../src/load/distribution.ts'
import { interval } from './interval.ts'

function distributionOf(intervals: readonly LoadInterval[]) {
  const distribution = createDistribution()
  for (const one of intervals) distribution.add(one)
  return distribution.read()
}
const sumOf = (counts: readonly number[]): number => counts.reduce((sum, count) => sum + count, 0)

test('the percentiles rise up to the maximum, as far as the number of values reaches', () => {
  const { percentiles: points } = distributionOf([
    interval(
      0,
      Array.from({ length: 1000 }, (_, i) => i + 1),
    ),
  ])!
  expect(points[0]!.ms).toBe(1)
  expect(points.at(-1)).toEqual({ fraction: 1, ms: 1000 })
  expect(points.at(-2)!.fraction).toBeCloseTo(0.999, 4)
  const fractions = points.map(({ fraction }) => fraction)
  expect(fractions.toSorted((a, b) => a - b)).toEqual(fractions)
  expect(points.find(({ fraction }) => Math.abs(fraction - 0.9) < 1e-9)!.ms).toBeCloseTo(900, -1)
})

test('each value stands in the band and the column it belongs to', () => {
  const { bandsMs, columns } = distributionOf([interval(0, [1, 1, 100]), interval(2, [10])])!
  expect(columns.map(({ fromS, toS }) => [fromS, toS])).toEqual([
    [0, 1],
    [1, 2],
    [2, 3],
  ])
  expect(columns.map(({ counts }) => sumOf(counts))).toEqual([3, 0, 1])
  const band = columns[2]!.counts.indexOf(1)
  expect(bandsMs[band]).toBeLessThanOrEqual(10.01)
  expect(bandsMs[band + 1]).toBeGreaterThan(10)
  expect(columns[0]!.counts[0]).toBe(2)
  expect(columns[0]!.counts.at(-1)).toBe(1)
})

test('long runs are drawn in columns of several seconds; a run without an answer not at all', () => {
  const long = distributionOf(Array.from({ length: 500 }, (_, second) => interval(second, [5])))!
  expect(long.columns).toHaveLength(100)
  expect(sumOf(long.columns.flatMap(({ counts }) => counts))).toBe(500)
  expect(distributionOf([interval(0, [])])).toBeNull()
  expect(distributionOf([])).toBeNull()
})
