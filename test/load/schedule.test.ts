import fc from 'fast-check'
import { expect, test } from 'vitest'
import { constantRate } from '../../src/load/schedule.ts'

const shapes = fc.record({
  ratePerSecond: fc.double({ min: 0.1, max: 100_000, noNaN: true }),
  durationMs: fc.integer({ min: 1, max: 600_000 }),
})

test('at any time the arrivals so far differ from the integral of the rate by at most one', () => {
  fc.assert(
    fc.property(shapes, fc.double({ min: 0, max: 1, noNaN: true }), (shape, share) => {
      const schedule = constantRate(shape)
      const t = share * shape.durationMs
      const sent = arrivedBy(schedule, t)
      expect(Math.abs(sent - schedule.expectedBy(t))).toBeLessThanOrEqual(1 + 1e-6)
    }),
    { numRuns: 500 },
  )
})

test('there are rate × duration arrivals, all within the duration and in order', () => {
  fc.assert(
    fc.property(shapes, (shape) => {
      const { arrivals, intendedMs } = constantRate(shape)
      expect(arrivals).toBe(Math.round((shape.ratePerSecond * shape.durationMs) / 1000))
      if (arrivals === 0) return
      expect(intendedMs(0)).toBe(0)
      expect(intendedMs(arrivals - 1)).toBeLessThan(shape.durationMs)
      expect(intendedMs(arrivals)).toBeGreaterThan(intendedMs(arrivals - 1))
    }),
  )
})

test('ten thousand a second are exactly ten in each millisecond', () => {
  const { arrivals, intendedMs } = constantRate({ ratePerSecond: 10_000, durationMs: 20_000 })
  const perMs = new Map<number, number>()
  for (let k = 0; k < arrivals; k++)
    perMs.set(Math.floor(intendedMs(k)), (perMs.get(Math.floor(intendedMs(k))) ?? 0) + 1)
  expect(arrivals).toBe(200_000)
  expect(new Set(perMs.values())).toEqual(new Set([10]))
})

/** How many arrivals have an intended time of at most t, by bisection over the closed form. */
function arrivedBy({ arrivals, intendedMs }: ReturnType<typeof constantRate>, t: number): number {
  let low = 0
  let high = arrivals
  while (low < high) {
    const middle = Math.floor((low + high) / 2)
    if (intendedMs(middle) <= t) low = middle + 1
    else high = middle
  }
  return low
}
