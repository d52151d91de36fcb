import { describe, expect, test } from 'vitest'
import type { LoadInterval, OutcomeCounts } from '../../src/events.ts'
import { type CapacityPorts, findCapacity } from '../../src/load/capacity.ts'
import { createHistogram, encode, percentiles, recordMs } from '../../src/load/histogram.ts'
import { decide, lean, parseSlo, sloSecond } from '../../src/load/slo.ts'
import { md1Limit } from '../fixtures/targets/md1-limit.ts'

function chance(seed: number): () => number {
  let state = (seed * 2654435761) % 2147483647
  return () => {
    state = (state * 48271) % 2147483647
    return state / 2147483647
  }
}

const none = { p50: null, p90: null, p99: null, p999: null, max: null }
function interval(
  second: number,
  times: readonly number[],
  outcomes: OutcomeCounts = { ok: times.length },
): LoadInterval {
  const response = createHistogram()
  for (const time of times) recordMs(response, time)
  const scheduled = Object.values(outcomes).reduce((sum, count) => sum + count, 0)
  const figures = { responseMs: percentiles(response), serviceMs: none, lagMs: none }
  return { second, scheduled, outcomes, requests: {}, ...figures, responseHistogram: encode(response) }
}

/** Poisson arrivals at one server that takes exactly `serviceMs` for each: the queue outlives a probe. */
function model(
  serviceMs: number,
  seed: number,
  { limitedAt = Infinity, noisyAt = Infinity, stuckAfterOverload = false } = {},
) {
  const next = chance(seed)
  let freeAtMs = 0
  let nowMs = 0
  let isStuck = false
  const asked: { phase: string; rate: number; seconds: number }[] = []
  const probe: CapacityPorts['probe'] = ({ phase, ratePerSecond, maxSeconds, drain }, isEnough) => {
    let seconds = 0
    if (phase === 'overload') isStuck = stuckAfterOverload
    for (let isDone = false; !isDone && seconds < maxSeconds; seconds++) {
      const startMs = nowMs
      const times: number[] = []
      while (nowMs < startMs + 1000) {
        nowMs += (-Math.log(next()) * 1000) / ratePerSecond
        freeAtMs = Math.max(freeAtMs, nowMs) + serviceMs
        times.push(isStuck ? 5000 : freeAtMs - nowMs)
      }
      isDone = isEnough(interval(seconds, times))
    }
    if (drain) nowMs = Math.max(nowMs, freeAtMs)
    asked.push({ phase, rate: ratePerSecond, seconds })
    if (ratePerSecond > limitedAt) return Promise.resolve('generator-limited')
    return Promise.resolve(ratePerSecond > noisyAt ? 'noisy' : 'valid')
  }
  return { probe, asked }
}

const search = { lowest: 100, highest: 10_000, precision: 0.03, soakSeconds: 10 }

describe('the capacity of a server with a known limit (M/D/1, virtual time)', () => {
  const objectives = parseSlo('p99<20ms,errors<1%')
  const limit = md1Limit(1, 20)

  test('is found within 5 %, in less than 90 s of probes, 9 times of 10', async () => {
    const trials = await Promise.all(
      [1, 2, 3, 4, 5, 6, 7, 8, 9, 10].map(async (seed) => {
        const { probe, asked } = model(1, seed)
        const found = await findCapacity({ objectives, ...search }, { probe })
        const seconds = asked.reduce((sum, { seconds: took }) => sum + took, 0)
        return { found, seconds, error: Math.abs(found.ratePerSecond! / limit - 1) }
      }),
    )
    const right = trials.filter(({ error, seconds }) => error <= 0.05 && seconds <= 90)
    expect(
      right.length,
      trials
        .map(
          ({ seconds, found }) =>
            `${found.verdict} ${(100 * (found.ratePerSecond! / limit - 1)).toFixed(1)} % ${seconds} s`,
        )
        .join('\n'),
    ).toBeGreaterThanOrEqual(9)
  })

  test('is confirmed by a soak at nine tenths, and by a recovery from an overload', async () => {
    const { probe, asked } = model(1, 1)
    const found = await findCapacity({ objectives, ...search }, { probe })
    expect(found.verdict).toBe('found')
    expect(found.recovery!.afterMs).not.toBeNull()
    const soak = asked.find(({ phase }) => phase === 'soak')!
    expect(soak.rate / found.ratePerSecond!).toBeCloseTo(0.9, 2)
    expect(asked.slice(-2).map(({ phase }) => phase)).toEqual(['overload', 'recovery'])
  })

  test('is told with a target that does not recover, when it does not', async () => {
    const { probe } = model(1, 1, { stuckAfterOverload: true })
    const found = await findCapacity({ objectives, ...search }, { probe })
    expect(found.recovery!.afterMs).toBeNull()
    expect(found.reasons.join()).toContain('did not recover')
  })

  test('is at least the highest rate allowed, when that is met', async () => {
    const { probe } = model(1, 1)
    const found = await findCapacity({ objectives, ...search, highest: 150 }, { probe })
    expect(found).toMatchObject({ verdict: 'not-reached', ratePerSecond: 150, missedAt: null })
  })

  test('is none, when the lowest rate misses', async () => {
    const { probe } = model(50, 1)
    const found = await findCapacity({ objectives, ...search }, { probe })
    expect(found).toMatchObject({ verdict: 'never-met', ratePerSecond: null, missedAt: 100 })
  })

  test('is found on a disturbed machine too, when what misses does so for certain, twice', async () => {
    const { probe, asked } = model(1, 1, { noisyAt: 1200 })
    const found = await findCapacity({ objectives, ...search }, { probe })
    expect(asked.filter(({ rate }) => rate === 1600)).toHaveLength(2)
    expect(Math.abs(found.ratePerSecond! / limit - 1)).toBeLessThan(0.1)
  })

  test('is told as far as it was known, when the search is interrupted; nothing more is asked', async () => {
    const { probe, asked } = model(3, 1)
    const interruptedAt400: CapacityPorts['probe'] = async (ask, isEnough) => {
      const verdict = await probe(ask, isEnough)
      return ask.ratePerSecond === 400 ? 'interrupted' : verdict
    }
    const found = await findCapacity({ objectives, ...search }, { probe: interruptedAt400 })
    expect(found).toMatchObject({
      verdict: 'interrupted',
      ratePerSecond: 200,
      missedAt: null,
      recovery: null,
    })
    expect(found.probes.map(({ ratePerSecond }) => ratePerSecond)).toEqual([100, 200])
    expect(asked.map(({ rate }) => rate)).toEqual([100, 200, 400])
  })

  test('is not made up, when the generator is the limit: it is asked twice, and says so', async () => {
    const { probe, asked } = model(3, 1, { limitedAt: 300 })
    const found = await findCapacity({ objectives, ...search }, { probe })
    expect(found).toMatchObject({ verdict: 'generator-limited', ratePerSecond: 200 })
    expect(asked.filter(({ rate }) => rate === 400)).toHaveLength(2)
  })
})

describe('an objective', () => {
  test.each(['p99>200ms', 'rps>5', 'p99{a}<1ms', 'errors<5', 'timeout<1%', 'max<1s', ''])(
    '%j is refused',
    (text) => {
      expect(() => parseSlo(text)).toThrow('--slo cannot be')
    },
  )

  test('counts late and failed arrivals as bad, each once', () => {
    const objectives = parseSlo('p90<100ms,errors<1%')
    // Two quick failures and one timeout among ten; one ok is late.
    const times = [1, 2, 3, 4, 5, 150, 1, 1, 1000]
    const outcomes = { ok: 6, 'http-error': 2, timeout: 1, dropped: 1 }
    expect(sloSecond(interval(0, times, outcomes), objectives)).toEqual({ arrivals: 10, bad: [5, 4] })
  })

  test('is undecided until the seconds agree, and then told by the worst', () => {
    const objectives = parseSlo('p90<100ms,errors<5%')
    const second = (late: number, failed: number) => ({ arrivals: 100, bad: [late, failed] })
    const many = (count: number, late: number, failed = 0) =>
      Array.from({ length: count }, () => second(late, failed))
    expect(decide(many(6, 0), objectives)).toBe('undecided')
    expect(decide(many(7, 0), objectives)).toBe('meets')
    expect(decide(many(12, 10), objectives)).toBe('undecided')
    expect(decide(many(3, 40), objectives)).toBe('misses')
    expect(decide(many(6, 0, 20), objectives)).toBe('misses')
    expect(decide([], objectives)).toBe('undecided')
    expect(lean(many(2, 11), objectives)).toBe('misses')
    expect(lean(many(2, 9), objectives)).toBe('meets')
  })
})
