import { describe, expect, test } from 'vitest'
import type { LoadInterval } from '../../src/events.ts'
import { blockLength, chanceOf, resample, spreadOf } from '../../src/load/bootstrap.ts'
import { compareLoads, type ComparedLoad } from '../../src/load/compare.ts'
import { createHistogram, encode, percentiles, recordMs } from '../../src/load/histogram.ts'

/** Seeded chance of the tests' own: a wrong generator must not test itself. */
function chance(seed: number): () => number {
  let state = seed * 2654435761 + 1
  return () => {
    state = (state * 1103515245 + 12345) % 2147483648
    return (state + 0.5) / 2147483648
  }
}
const normal = (next: () => number): number =>
  Math.sqrt(-2 * Math.log(next())) * Math.cos(2 * Math.PI * next())

/**
 * A run whose level wanders: 4 % around its mean, each second like the one before it (0.6). `unrest`: it drifts
 * besides, by 2 % and back in 40 s, and has bad seconds, which come in bouts of four: in them one arrival of
 * twenty takes ten times as long.
 */
function run(
  seed: number,
  { scale = 1, seconds = 60, failing = 0, isValid = true, unrest = false } = {},
): ComparedLoad {
  const next = chance(seed)
  let level = 0.04 * normal(next)
  const phase = next()
  let isBad = false
  const intervals = Array.from({ length: seconds }, (_, second): LoadInterval => {
    level = 0.6 * level + 0.04 * Math.sqrt(1 - 0.36) * normal(next)
    const drift = unrest ? 0.02 * Math.sin(2 * Math.PI * (phase + second / 40)) : 0
    isBad = unrest && next() < (isBad ? 0.75 : 0.04)
    const slowest = isBad ? 0.05 : 0
    const response = createHistogram()
    for (let i = 0; i < 200; i++) {
      const time = 5 * Math.exp(level + drift + 0.4 * normal(next)) * (next() < slowest ? 10 : 1)
      recordMs(response, scale * time)
    }
    const none = { p50: null, p90: null, p99: null, p999: null, max: null }
    return {
      second,
      scheduled: 200,
      outcomes: { ok: 200 - failing, ...(failing > 0 && { timeout: failing }) },
      requests: {},
      responseMs: percentiles(response),
      serviceMs: none,
      lagMs: none,
      responseHistogram: encode(response),
    }
  })
  const about = { id: `run-${seed}`, target: 'http://127.0.0.1:4000', ratePerSecond: 200, isValid }
  return { run: about, seconds: intervals }
}
const options = { tolerance: 0.05, seed: 1 }
const slow = { tags: ['slow'], timeout: 60_000 }
const pairs = Array.from({ length: 50 }, (_, pair) => [2 * pair + 1, 2 * pair + 2] as const)

describe.each([
  ['wander', false],
  ['wander, drift and have bad seconds', true],
])('a comparison of runs that %s, 50 pairs', (_, unrest) => {
  test('of the same system gives no more than 5 false alarms', slow, () => {
    const alarms = pairs.filter(([one, other]) => {
      const { verdict } = compareLoads(run(one, { unrest }), run(other, { unrest }), options)
      return verdict === 'worse' || verdict === 'better'
    })
    expect(alarms.length).toBeLessThanOrEqual(5)
  })

  test('finds 10 % more latency in at least 45', slow, () => {
    const found = pairs.filter(([one, other]) => {
      const slower = run(other, { unrest, scale: 1.1 })
      return compareLoads(run(one, { unrest }), slower, options).verdict === 'worse'
    })
    expect(found.length).toBeGreaterThanOrEqual(45)
  })
})

describe('a comparison', () => {
  test('says better, with the change and its interval', () => {
    const { verdict, metrics } = compareLoads(run(1), run(2, { scale: 0.7 }), options)
    expect(verdict).toBe('better')
    const [p50] = metrics
    expect(p50!.change).toBeCloseTo(-0.3, 1)
    expect(p50!.low).toBeLessThan(p50!.change)
    expect(p50!.high).toBeGreaterThan(p50!.change)
    expect(p50!.high).toBeLessThan(0)
    expect(p50!.detectable).toBeGreaterThan(0)
    expect(p50!.detectable).toBeLessThan(0.3)
  })

  test('says same of long runs with a wide tolerance', () => {
    const long = { seconds: 200 }
    expect(compareLoads(run(1, long), run(2, long), { tolerance: 0.15, seed: 1 }).verdict).toBe('same')
  })

  test('does not mind a significant change below the tolerance', () => {
    const { metrics } = compareLoads(run(1), run(1, { scale: 1.02 }), { tolerance: 0.2, seed: 1 })
    expect(metrics.map(({ verdict }) => verdict)).toEqual(['same', 'same', 'same'])
  })

  test('finds more failures, even when the rest is as fast', () => {
    const { verdict, failures } = compareLoads(run(1), run(2, { failing: 4 }), options)
    expect(verdict).toBe('worse')
    expect(failures).toMatchObject({ verdict: 'worse', baseline: 0 })
    expect(failures.candidate).toBeCloseTo(0.02, 6)
  })

  test('of too short runs, or of one that is not valid, is inconclusive and says why', () => {
    const short = compareLoads(run(1, { seconds: 5 }), run(2, { scale: 3 }), options)
    expect(short).toMatchObject({ verdict: 'inconclusive', metrics: [] })
    expect(short.notes.join()).toContain('at least 8 whole seconds')
    const invalid = compareLoads(run(1), run(2, { scale: 3, isValid: false }), options)
    expect(invalid.verdict).toBe('inconclusive')
    expect(invalid.notes.join()).toContain('run-2 is not valid')
  })

  test('is the same for the same seed, and differs in its resamples for another', () => {
    const again = (seed: number) => compareLoads(run(1), run(2), { tolerance: 0.05, seed }).metrics
    expect(again(1)).toEqual(again(1))
    expect(again(1)).not.toEqual(again(2))
  })
})

describe('the bootstrap', () => {
  test('draws whole blocks from a circle, as many seconds as there were', () => {
    const secondsOf = (seed: number) =>
      resample({ length: 20, block: 4 }, chanceOf(seed, 0)).flatMap(({ from, to }) =>
        Array.from({ length: to - from }, (_, index) => from + index),
      )
    const drawn = secondsOf(1)
    expect(drawn).toHaveLength(20)
    for (let i = 0; i < 20; i += 4) {
      expect(drawn.slice(i, i + 4)).toEqual([0, 1, 2, 3].map((step) => (drawn[i]! + step) % 20))
    }
    expect(secondsOf(2)).not.toEqual(drawn)
    const short = resample({ length: 7, block: 3 }, () => 0.9)
    expect(short).toEqual([6, 0, 6, 0, 6].map((from, index) => ({ from, to: [7, 2, 7, 2, 7][index] })))
  })

  test('keeps a fifth of the run together', () => {
    expect([60, 9, 3].map(blockLength)).toEqual([12, 1, 1])
  })

  test('knows less from fewer blocks', () => {
    const values = Array.from({ length: 1000 }, (_, index) => (index - 500) / 500)
    const width = (blocks: number): number => {
      const { low, high } = spreadOf(0, values, blocks)
      return high - low
    }
    expect(width(8)).toBeGreaterThan(1.3 * width(100))
  })
})
