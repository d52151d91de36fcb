import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type RateShape, spikeStages } from '../../src/load/rate-curve.ts'
import { constantRate, everyNth, type Schedule, scheduleOf } from '../../src/load/schedule.ts'

const rate = fc.double({ min: 0.1, max: 100_000, noNaN: true })
const durationMs = fc.integer({ min: 1, max: 600_000 })
const constant = fc.record({ kind: fc.constant('constant' as const), ratePerSecond: rate, durationMs })
const stage = fc.record({
  target: fc.oneof(fc.constant(0), fc.double({ min: 0, max: 20_000, noNaN: true })),
  durationMs: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 60_000 })),
})
const stages = fc.record({
  kind: fc.constant('stages' as const),
  startRate: fc.oneof(fc.constant(0), fc.double({ min: 0, max: 20_000, noNaN: true })),
  stages: fc.array(stage, { minLength: 1, maxLength: 6 }),
})
const spike = fc
  .record({
    baseRate: rate,
    peakRate: rate,
    fromMs: fc.nat(10_000),
    forMs: fc.nat(10_000),
    durationMs: fc.integer({ min: 20_000, max: 60_000 }),
  })
  .map(spikeStages)
const sine = fc
  .record({
    meanRate: rate,
    share: fc.double({ min: 0, max: 1, noNaN: true }),
    periodMs: durationMs,
    durationMs,
  })
  .map(({ meanRate, share, ...rest }): RateShape => ({
    kind: 'sine',
    meanRate,
    amplitude: share * meanRate,
    ...rest,
  }))
const rates: [string, fc.Arbitrary<RateShape>][] = [
  ['a constant rate', constant],
  ['stages', stages],
  ['a spike', spike],
  ['a sine', sine],
]
const even = (shape: RateShape): Schedule =>
  scheduleOf({ kind: 'rate', rate: shape, arrivals: { kind: 'even' } })
const poisson = (shape: RateShape, seed: number): Schedule =>
  scheduleOf({ kind: 'rate', rate: shape, arrivals: { kind: 'poisson', seed } })

describe('at any time the arrivals so far differ from the integral of the rate by at most one', () => {
  test.each(rates)('%s', (_, shapes) => {
    fc.assert(
      fc.property(shapes, fc.double({ min: 0, max: 1, noNaN: true }), (shape, share) => {
        const schedule = even(shape)
        const t = share * schedule.durationMs
        const tolerance = 1 + 1e-6 + schedule.arrivals * 1e-12
        expect(Math.abs(arrivedBy(schedule, t) - schedule.expectedBy(t))).toBeLessThanOrEqual(tolerance)
      }),
      { numRuns: 300 },
    )
  })

  test('recorded times, for which the integral is the count itself', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(10_000)), fc.nat(10_000), (times, t) => {
        const schedule = scheduleOf({
          kind: 'replay',
          timesMs: Float64Array.from(times.toSorted((a, b) => a - b)),
        })
        expect(arrivedBy(schedule, t)).toBe(schedule.expectedBy(t))
        expect(schedule.arrivals).toBe(times.length)
      }),
    )
  })

  test('the workers of a run, each for its part and all together', () => {
    const workers = fc.integer({ min: 1, max: 7 })
    fc.assert(
      fc.property(stages, workers, fc.double({ min: 0, max: 1, noNaN: true }), (shape, of, share) => {
        const whole = even(shape)
        const parts = Array.from({ length: of }, (_, index) => everyNth(whole, { index, of }))
        const t = share * whole.durationMs
        expect(parts.reduce((sum, part) => sum + part.arrivals, 0)).toBe(whole.arrivals)
        expect(parts.reduce((sum, part) => sum + arrivedBy(part, t), 0)).toBe(arrivedBy(whole, t))
        for (const part of parts) {
          expect(Math.abs(arrivedBy(part, t) - part.expectedBy(t))).toBeLessThanOrEqual(1 + 1e-6)
        }
      }),
    )
  })
})

test('arrivals come in order and within the duration', () => {
  fc.assert(
    fc.property(fc.oneof(...rates.map(([, shapes]) => shapes)), fc.boolean(), (shape, isEven) => {
      const { arrivals, intendedMs, durationMs: end } = isEven ? even(shape) : poisson(thinned(shape), 7)
      const sample = Array.from({ length: Math.min(arrivals, 200) }, (_, i) =>
        Math.floor((i * arrivals) / 200),
      )
      let last = 0
      for (const k of [...new Set(sample), arrivals - 1].filter((number) => number >= 0)) {
        expect(intendedMs(k)).toBeGreaterThanOrEqual(last)
        last = intendedMs(k)
      }
      expect(last).toBeLessThanOrEqual(end)
    }),
    { numRuns: 200 },
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

test('nothing is due in a pause: its first arrival waits until the rate rises', () => {
  const pause: RateShape = {
    kind: 'stages',
    startRate: 0,
    stages: [
      { target: 0, durationMs: 5000 },
      { target: 10, durationMs: 0 },
      { target: 10, durationMs: 1000 },
    ],
  }
  const { arrivals, intendedMs } = even(pause)
  expect([arrivals, intendedMs(0), intendedMs(9)]).toEqual([10, 5000, 5900])
})

describe('Poisson arrivals', () => {
  const shape: RateShape = { kind: 'constant', ratePerSecond: 1000, durationMs: 100_000 }

  test('have the count, the gaps and the clustering of independent users', () => {
    const { arrivals, intendedMs } = poisson(shape, 1)
    expect(Math.abs(arrivals - 100_000)).toBeLessThan(4 * Math.sqrt(100_000))
    const bins = new Float64Array(10_000)
    let long = 0
    let previous = 0
    for (let k = 0; k < arrivals; k++) {
      const at = intendedMs(k)
      bins[Math.floor(at / 10)]! += 1
      if (at - previous > 1) long += 1
      previous = at
    }
    // Of exponential gaps, e⁻¹ are longer than the mean; counts have a variance like their mean.
    expect(long / arrivals).toBeCloseTo(Math.exp(-1), 2)
    expect(fano(bins)).toBeGreaterThan(0.93)
    expect(fano(bins)).toBeLessThan(1.07)
  })

  test('are the same for the same seed, others for another, and can be read in any order', () => {
    const [one, same, other] = [poisson(shape, 1), poisson(shape, 1), poisson(shape, 2)]
    for (const k of [90_000, 5, 40_000, 4096, 4095]) expect(same.intendedMs(k)).toBe(one.intendedMs(k))
    expect(other.intendedMs(5)).not.toBe(one.intendedMs(5))
    expect(other.arrivals).not.toBe(one.arrivals)
  })

  test('follow the rate', () => {
    const ramp: RateShape = { kind: 'stages', startRate: 0, stages: [{ target: 2000, durationMs: 100_000 }] }
    const schedule = poisson(ramp, 3)
    const early = arrivedBy(schedule, 50_000)
    expect(Math.abs(early - 25_000)).toBeLessThan(4 * Math.sqrt(25_000))
    expect(Math.abs(schedule.arrivals - 100_000)).toBeLessThan(4 * Math.sqrt(100_000))
  })
})

/** Poisson arrivals are counted one by one: not millions in a test. */
function thinned(shape: RateShape): RateShape {
  if (shape.kind !== 'stages') return { ...shape, durationMs: Math.min(shape.durationMs, 1000) }
  return {
    ...shape,
    stages: shape.stages.map((one) => ({ ...one, durationMs: Math.min(one.durationMs, 500) })),
  }
}

function fano(bins: Float64Array): number {
  const mean = bins.reduce((sum, count) => sum + count, 0) / bins.length
  return bins.reduce((sum, count) => sum + (count - mean) ** 2, 0) / bins.length / mean
}

/** How many arrivals have an intended time of at most t, by bisection over the closed form. */
function arrivedBy({ arrivals, intendedMs }: Schedule, t: number): number {
  let low = 0
  let high = arrivals
  while (low < high) {
    const middle = Math.floor((low + high) / 2)
    if (intendedMs(middle) <= t) low = middle + 1
    else high = middle
  }
  return low
}
