// When arrivals are sent, and what counts as their latency.

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { answerAfter, ok, world, type Serving, type World } from './virtual-target.ts'

test('every arrival is sent at its intended time, and late wake-ups are caught up', () => {
  const shapes = fc.record({
    rate: fc.integer({ min: 1, max: 400 }),
    lateMs: fc.integer({ min: 0, max: 30 }),
  })
  fc.assert(
    fc.property(shapes, ({ rate, lateMs }) => {
      const run = world({
        rate,
        durationMs: 1000,
        serve: answerAfter(1),
        wakeLateMs: (now) => (now * 7919) % (lateMs + 1),
      })
      run.run()
      expect(run.outcomes()).toEqual({ ok: rate })
      run.sentAt.forEach((sentAt, k) => {
        const lag = sentAt - (k * 1000) / rate
        expect(lag).toBeGreaterThanOrEqual(-1e-9)
        expect(lag).toBeLessThanOrEqual(lateMs + 1.2)
      })
    }),
    { numRuns: 30 },
  )
})

test('latency counts from the intended time: a stall of the target is seen by all who came meanwhile', () => {
  const stallEnd = 2000
  const serve = ({ after, events }: Serving): void => {
    const wait = run.now >= 1000 && run.now < stallEnd ? stallEnd - run.now : 0.5
    after(wait, () => events.answered(ok))
  }
  const run: World = world({
    rate: 100,
    durationMs: 4000,
    serve,
    limits: { timeoutMs: 10_000, maxInFlight: 1000, maxConnections: 5 },
  })
  run.run()
  expect(run.outcomes()).toEqual({ ok: 400 })
  const { p50, p90, max } = run.responseMs()
  expect(p50).toBeLessThan(2)
  expect(p90).toBeGreaterThan(580)
  expect(p90).toBeLessThan(620)
  expect(max).toBeCloseTo(1000, -1)
})

test('a stall of 1 s at 1,000 rps is told within 20 ms of the truth', () => {
  const stalledAt = 2000
  const truth = Array.from({ length: 5000 }, (_, k) => (k >= 2000 && k < 3000 ? 3000 - k : 0.5))
  const run: World = world({
    rate: 1000,
    durationMs: 5000,
    serve: ({ after, events }) => {
      const isStalled = run.now >= stalledAt && run.now < stalledAt + 1000
      after(isStalled ? stalledAt + 1000 - run.now : 0.5, () => events.answered(ok))
    },
    // Fewer connections than wait at once: the queue must not hide anything either.
    limits: { timeoutMs: 10_000, maxInFlight: 5000, maxConnections: 200 },
  })
  run.run()
  expect(run.outcomes()).toEqual({ ok: 5000 })
  const sorted = truth.toSorted((a, b) => a - b)
  const told = run.responseMs()
  for (const [name, fraction] of [
    ['p50', 0.5],
    ['p90', 0.9],
    ['p99', 0.99],
    ['max', 1],
  ] as const) {
    const wanted = sorted[Math.ceil(fraction * 5000) - 1]!
    expect(Math.abs(told[name]! - wanted), `${name}: ${told[name]} of ${wanted}`).toBeLessThan(20)
  }
})

test('the lateness of the generator itself is part of the latency, never hidden', () => {
  const run = world({
    rate: 10,
    durationMs: 2000,
    serve: answerAfter(1),
    wakeLateMs: (now) => (now > 950 && now < 1050 ? 400 : 0),
  })
  run.run()
  expect(run.outcomes()).toEqual({ ok: 20 })
  expect(run.responseMs().max).toBeGreaterThan(350)
  expect(run.intervals.map(({ scheduled }) => scheduled)).toEqual([10, 10])
})

test('arrivals that are gathered go out in turns that lie apart, and are told as late as they are', () => {
  const run = world({ rate: 1000, durationMs: 1000, serve: answerAfter(0.5), gatherMs: 5 })
  run.run()
  expect(run.outcomes()).toEqual({ ok: 1000 })
  const turns = [...new Set(run.sentAt)].filter((at) => at > 10)
  turns.slice(1).forEach((at, index) => expect(at - turns[index]!).toBeGreaterThanOrEqual(5 - 1e-9))
  const [{ lagMs, responseMs } = { lagMs: undefined, responseMs: undefined }] = run.intervals
  expect(lagMs!.max).toBeGreaterThan(3.9)
  expect(lagMs!.max).toBeLessThan(5.1)
  expect(responseMs!.max! - lagMs!.max!).toBeCloseTo(0.5, 1)
})

test('neither a late wake-up nor a sweep makes a turn of its own', () => {
  const run = world({
    rate: 1000,
    durationMs: 1000,
    serve: answerAfter(0.5),
    gatherMs: 5,
    wakeLateMs: () => 0.4,
  })
  run.run()
  const turns = [...new Set(run.sentAt)].filter((at) => at > 20)
  turns.slice(1).forEach((at, index) => expect(at - turns[index]!).toBeGreaterThanOrEqual(5 - 1e-9))
})

test('an arrival that is alone does not wait for others', () => {
  const run = world({ rate: 50, durationMs: 1000, serve: answerAfter(0.5), gatherMs: 5 })
  run.run()
  run.sentAt.slice(1).forEach((at, index) => expect(at).toBeCloseTo((index + 1) * 20, 6))
})

test('intervals follow the intended times and add up to the outcomes', () => {
  const run = world({ rate: 50, durationMs: 3000, serve: answerAfter(700) })
  run.run(1500)
  // The arrivals of the first second end until 1.7 s.
  expect(run.intervals).toEqual([])
  run.run()
  expect(run.intervals.map(({ second, scheduled }) => [second, scheduled])).toEqual([
    [0, 50],
    [1, 50],
    [2, 50],
  ])
  expect(run.intervals.every(({ outcomes, requests }) => outcomes.ok === 50 && requests.a?.ok === 50)).toBe(
    true,
  )
})

test('stopped at any time, every arrival is accounted for exactly once and nothing stays open', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 1200 }), fc.constantFrom(0.5, 40, 5000), (stopMs, answerMs) => {
      const run = world({
        rate: 200,
        durationMs: 1000,
        serve: answerAfter(answerMs),
        limits: { maxConnections: 3 },
      })
      run.run(stopMs)
      run.now = Math.max(run.now, stopMs)
      run.engine.stop()
      run.run()
      expect(Object.values(run.outcomes()).reduce((sum, count) => sum + count, 0)).toBe(200)
      expect(run.isDone).toBe(true)
      expect(run.openNow).toBe(0)
    }),
    { numRuns: 40 },
  )
})
