import { describe, expect, test } from 'vitest'
import { estimateLimit, type Evidence } from '../../src/load/capacity-estimate.ts'
import type { CapacityPorts } from '../../src/load/capacity-probe.ts'
import { findCapacity } from '../../src/load/capacity.ts'
import { decide, lean, parseSlo, sloSecond } from '../../src/load/slo.ts'
import { md1Limit } from '../fixtures/targets/md1-limit.ts'
import { interval } from './interval.ts'
import { exponential, fixed, type ServerModel, virtualServer } from './virtual-server.ts'

const search = { lowest: 100, highest: 10_000, precision: 0.03, soakSeconds: 10 }
const slo50 = parseSlo('p99<50ms,errors<1%')

async function trials(model: ServerModel, objectives: typeof slo50, seeds: number) {
  const found = []
  for (let seed = 1; seed <= seeds; seed++) {
    const server = virtualServer(model, seed)
    const { verdict, ratePerSecond, between, reasons } = await findCapacity({ objectives, ...search }, server)
    found.push({ verdict, ratePerSecond, between, reasons, seconds: Math.round(server.elapsedSeconds()) })
  }
  return found
}

describe('the capacity of a server with a known limit (virtual time)', () => {
  test.each([
    ['one place, nine tenths busy', { serviceMs: fixed(2) }, slo50, md1Limit(2, 50)],
    ['a quicker one', { serviceMs: fixed(1) }, parseSlo('p99<20ms'), md1Limit(1, 20)],
    [
      'one that sheds what is too much',
      { serviceMs: fixed(0.5), refused: (rate: number) => Math.max(0, 1 - 700 / rate) },
      slo50,
      700 / 0.99,
    ],
    [
      'one that fails altogether above a rate',
      { serviceMs: fixed(0.5), refused: (rate: number) => (rate > 700 ? 1 : 0) },
      slo50,
      700,
    ],
    ['one that is asked evenly', { serviceMs: fixed(2), isEven: true }, slo50, 500],
  ] as const)(
    'of %s is found within 5 %, in less than 90 s, 9 times of 10',
    { timeout: 60_000 },
    async (_, model, objectives, limit) => {
      const found = await trials(model, [...objectives], 10)
      const right = found.filter(
        ({ ratePerSecond, seconds }) => Math.abs(ratePerSecond! / limit - 1) <= 0.05 && seconds <= 90,
      )
      expect(right.length, JSON.stringify({ limit, found }, null, 1)).toBeGreaterThanOrEqual(9)
    },
  )

  // Their latency bends so slowly that 5 % more or less of the rate hardly shows in a minute.
  test.each([
    ['one place, two thirds busy', { serviceMs: fixed(2) }, parseSlo('p99<14ms'), md1Limit(2, 14)],
    // From Erlang's C: 1 % of the answers take longer than 30 ms at 822 per second.
    [
      'four places, the time of each by chance',
      { places: 4, serviceMs: exponential(4) },
      parseSlo('p99<30ms'),
      822.2,
    ],
  ] as const)(
    'of %s is found within 10 %, 9 times of 10',
    { timeout: 60_000 },
    async (_, model, objectives, limit) => {
      const found = await trials(model, [...objectives], 10)
      const right = found.filter(({ ratePerSecond }) => Math.abs(ratePerSecond! / limit - 1) <= 0.1)
      expect(right.length, JSON.stringify({ limit, found }, null, 1)).toBeGreaterThanOrEqual(9)
    },
  )

  test.each([
    ['too little happens to know it', { serviceMs: exponential(5) }, 'known to 6 %'],
    ['what would tell it is disturbed', { serviceMs: fixed(2), noisyAbove: 0 }, 'other programs disturbed'],
  ] as const)('is mostly not called found where %s', { timeout: 60_000 }, async (_, model, reason) => {
    const all = await trials(model, parseSlo('p99<60ms'), 6)
    expect(all.filter(({ verdict }) => verdict === 'found').length).toBeLessThan(3)
    const inconclusive = all.filter(({ verdict }) => verdict === 'inconclusive')
    expect(inconclusive.length).toBeGreaterThan(0)
    expect(inconclusive.filter(({ reasons }) => !reasons.join().includes(reason))).toEqual([])
  })

  test.each([
    ['what misses is disturbed, and asked again', { serviceMs: fixed(2), noisyAbove: 0 }],
    [
      'what misses for certain is disturbed too',
      { serviceMs: fixed(0.5), refused: (rate: number) => (rate > 700 ? 1 : 0), noisyAbove: 0 },
    ],
    ['each probe takes two seconds to begin', { serviceMs: fixed(2), startMs: 2000 }],
  ] as const)('takes no longer than usual where %s', { timeout: 60_000 }, async (_, model) => {
    const found = await trials(model, slo50, 5)
    expect(found.filter(({ seconds }) => seconds > 86)).toEqual([])
  })

  const objectives = parseSlo('p99<20ms,errors<1%')
  const model = (serviceMs: number, seed: number, more: Partial<ServerModel> = {}) =>
    virtualServer({ serviceMs: fixed(serviceMs), ...more }, seed)

  test('is confirmed by a soak at nine tenths, and by a recovery from an overload', async () => {
    const server = model(1, 1)
    const found = await findCapacity({ objectives, ...search }, server)
    expect(found.verdict).toBe('found')
    expect(found.recovery!.afterMs).not.toBeNull()
    const soak = server.asked.find(({ phase }) => phase === 'soak')!
    expect(soak.rate / found.ratePerSecond!).toBeCloseTo(0.9, 2)
    expect(server.asked.slice(-2).map(({ phase }) => phase)).toEqual(['overload', 'recovery'])
  })

  test('is told with a target that does not recover, when it does not', async () => {
    const server = model(1, 1, { stuckAfterOverload: true })
    const found = await findCapacity({ objectives, ...search }, server)
    expect(found.recovery!.afterMs).toBeNull()
    expect(found.reasons.join()).toContain('did not recover')
  })

  test('is at least the highest rate allowed, when that is met', async () => {
    const server = model(1, 1)
    const found = await findCapacity({ objectives, ...search, highest: 150 }, server)
    expect(found).toMatchObject({ verdict: 'not-reached', ratePerSecond: 150, missedAt: null })
  })

  test('is none, when the lowest rate misses', async () => {
    const server = model(50, 1)
    const found = await findCapacity({ objectives, ...search }, server)
    expect(found).toMatchObject({ verdict: 'never-met', ratePerSecond: null, missedAt: 100 })
  })

  test('is found on a disturbed machine too, when what misses does so for certain, twice', async () => {
    const server = model(1, 1, { noisyAbove: 1200 })
    const found = await findCapacity({ objectives, ...search }, server)
    expect(server.asked.filter(({ rate }) => rate === 1600)).toHaveLength(2)
    expect(Math.abs(found.ratePerSecond! / md1Limit(1, 20) - 1)).toBeLessThan(0.1)
  })

  test('is told as far as it was known, when the search is interrupted; nothing more is asked', async () => {
    const server = model(3, 1)
    const interruptedAt400: CapacityPorts['probe'] = async (ask, isEnough) => {
      const verdict = await server.probe(ask, isEnough)
      return ask.ratePerSecond === 400 ? 'interrupted' : verdict
    }
    const found = await findCapacity({ objectives, ...search }, { ...server, probe: interruptedAt400 })
    expect(found).toMatchObject({
      verdict: 'interrupted',
      ratePerSecond: 200,
      missedAt: null,
      recovery: null,
    })
    expect(found.probes.map(({ ratePerSecond }) => ratePerSecond)).toEqual([100, 200])
    expect(server.asked.map(({ rate }) => rate)).toEqual([100, 200, 400])
  })

  test('is not made up, when the generator is the limit: it is asked twice, and says so', async () => {
    const server = model(3, 1, { limitedAbove: 300 })
    const found = await findCapacity({ objectives, ...search }, server)
    expect(found).toMatchObject({
      verdict: 'generator-limited',
      ratePerSecond: 200,
      reasons: [expect.stringMatching(/^msvc itself could not send 400 per second .*--connections/)],
    })
    expect(server.asked.filter(({ rate }) => rate === 400)).toHaveLength(2)
  })
})

describe('the estimate from all probes', () => {
  const objectives = parseSlo('p99<50ms')
  const range = { from: 200, to: 1600 }
  const probe = (arrivals: number, bad: readonly number[], slowMs = 40): Evidence =>
    bad.map((count) => ({ arrivals, bad: [count], slowMs }))
  const near = [probe(440, [0, 0, 30, 0, 0, 0, 0, 0]), probe(470, [0, 90, 0, 60, 0, 40, 0, 0])]

  test('lies where the bad share crosses the allowed one, and is narrower the more is known', () => {
    const once = estimateLimit(near, objectives, range)
    const often = estimateLimit([...near, ...near, ...near], objectives, range)
    expect(once.ratePerSecond).toBeGreaterThan(420)
    expect(once.ratePerSecond).toBeLessThan(470)
    expect(often.high / often.low).toBeLessThan(once.high / once.low)
  })

  test('tells how likely the limit is near the result: ever more, the wider and the more is known', () => {
    const { chanceWithin } = estimateLimit(near, objectives, range)
    const chances = [0, 0.02, 0.06, 0.3, 10].map(chanceWithin)
    expect(chances).toEqual(chances.toSorted((a, b) => a - b))
    expect(chances[2]).toBeGreaterThan(chances[1]!)
    expect(chances.at(-1)).toBeCloseTo(1)
    const often = estimateLimit([...near, ...near, ...near], objectives, range)
    expect(often.chanceWithin(0.06)).toBeGreaterThan(chances[2]!)
  })

  test('is not turned by one accident', () => {
    const calm = estimateLimit([...near, ...near], objectives, range)
    const disturbed = estimateLimit([...near, ...near, probe(200, [200, 200, 200])], objectives, range)
    expect(disturbed.ratePerSecond / calm.ratePerSecond).toBeCloseTo(1, 1)
  })

  test('takes bad arrivals together for less than spread ones', () => {
    const three = (bad: readonly number[]) =>
      estimateLimit(
        [430, 450, 470].map((arrivals) => probe(arrivals, bad)),
        objectives,
        range,
      )
    const together = three([36, 0, 0, 0, 0, 0, 0, 0])
    const spread = three([5, 4, 5, 4, 5, 4, 5, 4])
    expect(together.high / together.low).toBeGreaterThan(spread.high / spread.low)
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
    expect(sloSecond(interval(0, times, outcomes), objectives)).toMatchObject({ arrivals: 10, bad: [5, 4] })
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
