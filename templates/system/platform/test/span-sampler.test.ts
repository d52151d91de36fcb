import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createSpanSampler } from '../src/span-sampler.ts'
import { createTokenBucket } from '../src/token-bucket.ts'
import { createFakeClock } from './fake-clock.ts'

/** When something happened, of all the times that it was tried. */
function timesOf(tryIt: () => boolean, { perSecond, forMs }: { perSecond: number; forMs: number }) {
  const taken: number[] = []
  for (let atMs = 0; atMs < forMs; atMs += 1000 / perSecond) {
    clock.advance(1000 / perSecond)
    if (tryIt()) taken.push(atMs)
  }
  return taken
}

const clock = createFakeClock()

test('at low traffic every trace is sampled', () => {
  const { takesTrace } = createSpanSampler(100, clock)
  assert.equal(timesOf(takesTrace, { perSecond: 80, forMs: 60_000 }).length, 80 * 60)
})

test('at high traffic so many a second are, spread over the second', () => {
  const { takesTrace } = createSpanSampler(100, clock)
  timesOf(takesTrace, { perSecond: 10_000, forMs: 2000 })
  const times = timesOf(takesTrace, { perSecond: 10_000, forMs: 10_000 })
  assert.ok(Math.abs(times.length - 1000) <= 1, `${times.length}`)
  const gaps = times.slice(1).map((time, index) => time - times[index]!)
  assert.ok(Math.max(...gaps) < 12 && Math.min(...gaps) > 8)
})

test('a burst after a quiet time is sampled whole, up to a second of it', () => {
  const { takesTrace } = createSpanSampler(100, clock)
  clock.advance(3_600_000)
  const burst = Array.from({ length: 300 }, takesTrace)
  assert.deepEqual(
    burst.map((isTaken, index) => isTaken === index < 100),
    burst.map(() => true),
  )
})

test('of what fails unsampled, in no second more than 50 spans are taken', () => {
  for (const perSecond of [40, 60, 1000, 10_000]) {
    const { takesFailed } = createSpanSampler(100, clock)
    clock.advance(60_000)
    const times = timesOf(() => takesFailed(1), { perSecond, forMs: 10_000 })
    const mostInASecond = Math.max(
      ...times.map((from) => times.filter((time) => time >= from && time < from + 1000).length),
    )
    assert.ok(mostInASecond <= 50, `${mostInASecond} at ${perSecond}/s`)
    assert.ok(times.length >= Math.min(perSecond, 25) * 10, `${times.length} at ${perSecond}/s`)
  }
})

test('0 traces a second is none, and what fails is told all the same', () => {
  const { takesTrace, takesFailed } = createSpanSampler(0, clock)
  assert.equal(takesTrace(), false)
  assert.equal(takesFailed(2), true)
})

test('a bucket gives all that was asked for or nothing', () => {
  const bucket = createTokenBucket({ perSecond: 1, burst: 3 })
  assert.deepEqual(
    [2, 2, 1, 1].map((count) => bucket.take(count, 1000)),
    [true, false, true, false],
  )
  assert.equal(bucket.take(1, 1999), false)
  assert.equal(bucket.take(1, 2000), true)
})
