// How many connections the engine takes and at which limits it stops; no arrival gets lost on the way.

import { describe, expect, test } from 'vitest'
import { answerAfter, ok, world, type Serving, type World } from './virtual-target.ts'

describe('no arrival gets a second attempt', () => {
  test('on a dead port there is one connection attempt per arrival', () => {
    const refused = { kind: 'socket-error', code: 'ECONNREFUSED', isOpen: false, isSecure: false } as const
    const run = world({
      rate: 100,
      durationMs: 1000,
      serve: () => {},
      open: ({ after, events }) => after(0.2, () => events.ended(refused)),
    })
    run.run()
    expect(run.outcomes()).toEqual({ refused: 100 })
    expect(run.connectionsOpened).toBe(100)
  })

  test('a connection closed under a request ends that arrival, the next one takes a new connection', () => {
    const run = world({
      rate: 100,
      durationMs: 1000,
      serve: ({ after, events, number }) =>
        after(1, () => (number % 10 === 9 ? events.ended({ kind: 'closed' }) : events.answered(ok))),
    })
    run.run()
    expect(run.outcomes()).toEqual({ ok: 90, eof: 10 })
    expect(run.sentAt).toHaveLength(100)
    expect(run.connectionsOpened).toBe(10)
  })
})

describe('a generator that was held up', () => {
  const heldUp = (now: number): number => (now < 1 ? 100 : 0)

  test('opens a few connections, not one for each arrival that came meanwhile', () => {
    const run = world({
      rate: 10_000,
      durationMs: 300,
      serve: answerAfter(0.3),
      limits: { maxInFlight: 5000, maxConnections: 1000 },
      wakeLateMs: heldUp,
    })
    run.run()
    expect(run.outcomes()).toEqual({ ok: 3000 })
    expect(run.connectionsOpened).toBeLessThan(300)
    // Nothing of that is hidden: whoever came first waited for all of it.
    expect(run.responseMs().max).toBeGreaterThan(99)
  })

  test('connects for each arrival when the target is dead, or accepts nothing', () => {
    const refused = { kind: 'socket-error', code: 'ECONNREFUSED', isOpen: false, isSecure: false } as const
    const dead = (open: (serving: Serving) => void): World => {
      const run = world({
        rate: 2000,
        durationMs: 300,
        serve: () => {},
        open,
        // A deadline is about the limit of connections, which is far away here.
        limits: { timeoutMs: 1000, deadlineMs: 20, maxInFlight: 5000, maxConnections: 1000 },
        wakeLateMs: heldUp,
      })
      run.run()
      return run
    }
    const closed = dead(({ after, events }) => after(0.2, () => events.ended(refused)))
    expect(closed.outcomes()).toEqual({ refused: 600 })
    expect(closed.connectionsOpened).toBe(600)
    const silent = dead(() => {})
    expect(silent.outcomes()).toEqual({ timeout: 600 })
    expect(silent.connectionsOpened).toBe(600)
    expect(silent.openNow).toBe(0)
  })
})

test('a target that takes long to answer gets its connections as fast as the arrivals come', () => {
  const run = world({
    rate: 5000,
    durationMs: 400,
    serve: answerAfter(100),
    limits: { maxInFlight: 5000, maxConnections: 1000 },
  })
  run.run()
  expect(run.outcomes()).toEqual({ ok: 2000 })
  expect(run.responseMs().max).toBeLessThan(103)
})

test('at the limits arrivals queue, then are dropped, then are shed; none gets lost', () => {
  const run = world({
    rate: 100,
    durationMs: 1000,
    serve: () => {},
    limits: { timeoutMs: 300, maxInFlight: 10, maxConnections: 4 },
  })
  run.run()
  const { timeout = 0, shed = 0, dropped = 0 } = run.outcomes()
  expect(timeout + shed + dropped).toBe(100)
  expect(dropped).toBeGreaterThan(50)
  expect(run.connectionsOpened).toBe(timeout)
  expect(run.openNow).toBe(0)
})

test('an arrival that waited longer than the deadline is shed, long before its timeout', () => {
  const run = world({
    rate: 100,
    durationMs: 1000,
    serve: answerAfter(100),
    limits: { timeoutMs: 5000, deadlineMs: 200, maxConnections: 1 },
  })
  run.run()
  const { ok = 0, shed = 0 } = run.outcomes()
  expect(ok + shed).toBe(100)
  // One answer each 100 ms, until 200 ms after the last arrival.
  expect(ok).toBeGreaterThanOrEqual(10)
  expect(ok).toBeLessThanOrEqual(13)
  expect(run.now).toBeLessThan(1400)
})

test('connections that a crowd left behind are closed one by one, once they rested for half a minute', () => {
  const run = world({
    rate: 50,
    durationMs: 35_000,
    // The first answers are late, so that each of the first arrivals takes a connection of its own.
    serve: ({ after, events, number }) =>
      after(number < 10 ? 200 - 20 * number : 1, () => events.answered(ok)),
  })
  run.run(29_000)
  expect(run.openNow).toBe(11)
  run.run(30_250)
  expect(run.openNow).toBeGreaterThan(1)
  expect(run.openNow).toBeLessThan(11)
  run.run(34_000)
  expect([run.openNow, run.connectionsOpened]).toEqual([1, 11])
  run.run()
  expect(run.outcomes()).toEqual({ ok: 1750 })
})

test('a connection that the target would soon close is closed first', () => {
  const run = world({
    rate: 1,
    durationMs: 9000,
    serve: ({ after, events, number }) =>
      // Idle connections live for 3 s: after arrival 4 the next one comes too late for a fourth second.
      after(1, () => events.answered({ ...ok, idleTimeoutMs: number === 4 ? 1500 : 3000 })),
  })
  run.run()
  expect(run.outcomes()).toEqual({ ok: 9 })
  expect(run.connectionsOpened).toBe(2)
})
