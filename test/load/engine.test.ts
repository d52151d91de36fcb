import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { LoadInterval, OutcomeCounts } from '../../src/events.ts'
import { booksBytes, countsOf, openBooks } from '../../src/load/books.ts'
import { type Engine, startEngine } from '../../src/load/engine.ts'
import { percentiles } from '../../src/load/histogram.ts'
import { createIntervals } from '../../src/load/intervals.ts'
import type { Limits } from '../../src/load/plan.ts'
import { intervalOf } from '../../src/load/merge-intervals.ts'
import type { Wire, WireEvents } from '../../src/load/pool.ts'
import { type CompiledRequest, compileRequest, type RequestSource } from '../../src/load/request.ts'
import type { Answer } from '../../src/load/response-parser.ts'
import { constantRate } from '../../src/load/schedule.ts'

const request = compileRequest(
  { name: 'a', method: 'GET', path: '/', headers: {}, body: null, expect: null },
  { host: 'target', pathPrefix: '' },
  {},
)
const ok: Answer = { status: 200, isReusable: true, idleTimeoutMs: null, body: null, head: null }

interface World {
  now: number
  engine: Engine
  isDone: boolean
  /** Intended times are 0, 1/rate, …; when each request was written. */
  sentAt: number[]
  connectionsOpened: number
  openNow: number
  outcomes(): OutcomeCounts
  responseMs(): ReturnType<typeof percentiles>
  intervals: LoadInterval[]
  /** Runs what is planned, in order of time, until there is nothing left or `untilMs`. */
  run(untilMs?: number): void
}

/** A target in virtual time: `serve` says how a request on a wire goes on. */
interface Serving {
  after(ms: number, action: () => void): void
  events: WireEvents
  number: number
  /** What was sent. */
  written: string
}

function world(options: {
  rate: number
  durationMs: number
  steps?: CompiledRequest[]
  serve(serving: Serving): void
  open?(serving: Serving): void
  limits?: Partial<Limits>
  /** How late the engine's wake-ups are. */
  wakeLateMs?(now: number): number
  gatherMs?: number
}): World {
  const schedule = constantRate({ ratePerSecond: options.rate, durationMs: options.durationMs })
  const booksSize = { requests: 1, phases: 0 }
  const books = openBooks(new SharedArrayBuffer(booksBytes(booksSize)), booksSize)
  const planned: { at: number; action(): void }[] = []
  const after = (ms: number, action: () => void): void => {
    planned.push({ at: state.now + ms, action })
  }
  let number = 0
  const connect = (events: WireEvents): Wire => {
    state.connectionsOpened += 1
    state.openNow += 1
    let isClosed = false
    const guarded: WireEvents = {
      opened: () => isClosed || events.opened(),
      answered: (answer) => isClosed || events.answered(answer),
      ended: (ending) => isClosed || events.ended(ending),
    }
    const open = options.open ?? (({ events: own }) => after(0.1, own.opened))
    open({ after, events: guarded, number, written: '' })
    return {
      send(bytes) {
        state.sentAt.push(state.now)
        const written = Buffer.from(bytes).toString()
        options.serve({ after, events: guarded, number: number++, written })
      },
      close() {
        if (!isClosed) state.openNow -= 1
        isClosed = true
      },
    }
  }
  const intervals: LoadInterval[] = []
  let wake = { at: 0 }
  const state: World = {
    now: 0,
    isDone: false,
    sentAt: [],
    connectionsOpened: 0,
    openNow: 0,
    outcomes: () => countsOf(books.outcomes),
    responseMs: () => percentiles(books.response),
    intervals,
    engine: undefined as never,
    run(untilMs = Number.POSITIVE_INFINITY) {
      for (;;) {
        const event = planned.toSorted((a, b) => a.at - b.at)[0]
        const lateMs = Number.isFinite(wake.at) ? (options.wakeLateMs?.(wake.at) ?? 0) : 0
        const wakeAt = wake.at + lateMs
        const at = Math.min(event?.at ?? Number.POSITIVE_INFINITY, wakeAt)
        if (at > untilMs || at === Number.POSITIVE_INFINITY) return
        state.now = Math.max(state.now, at)
        if (event !== undefined && event.at <= wakeAt) {
          planned.splice(planned.indexOf(event), 1)
          event.action()
        } else state.engine.tick()
      }
    },
  }
  state.engine = startEngine(
    {
      schedule,
      share: { index: 0, of: 1 },
      flows: [{ name: 'a', steps: options.steps ?? [request] }],
      flowOf: () => 0,
      limits: { timeoutMs: 1000, deadlineMs: 1000, maxInFlight: 100, maxConnections: 50, ...options.limits },
      books,
      intervals: createIntervals((second) => intervals.push(intervalOf([second]))),
      nowMs: () => state.now,
      uuid: () => '',
      connect,
      onAcknowledged: () => {},
      onDue: (at) => (wake = { at }),
      onDone: () => (state.isDone = true),
      ...(options.gatherMs !== undefined && { gatherMs: options.gatherMs }),
    },
    0,
  )
  return state
}

const answerAfter =
  (ms: number) =>
  ({ after, events }: Serving): void =>
    after(ms, () => events.answered(ok))

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

test('an arrival that is alone does not wait for others', () => {
  const run = world({ rate: 50, durationMs: 1000, serve: answerAfter(0.5), gatherMs: 5 })
  run.run()
  run.sentAt.slice(1).forEach((at, index) => expect(at).toBeCloseTo((index + 1) * 20, 6))
})

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

describe('an arrival of several steps', () => {
  const step = (part: Partial<RequestSource>): CompiledRequest =>
    compileRequest(
      { name: 'a', method: 'GET', path: '/', headers: {}, body: null, expect: null, ...part },
      { host: 'target', pathPrefix: '' },
      {},
      new Set(['id']),
    )
  const login = step({ capture: { id: 'body.id' }, thinkMs: 200 })
  const order = step({
    path: '/orders/{{id}}',
    checks: [{ kind: 'json', path: 'body.state', equals: 'paid' }],
  })
  const bodies = (state: string) => (written: string) =>
    written.startsWith('GET /orders/u%207 ') ? JSON.stringify({ state }) : '{"id":"u 7"}'
  const flow = (body: (written: string) => string): World =>
    world({
      rate: 10,
      durationMs: 1000,
      steps: [login, order],
      serve: ({ after, events, written }) => after(10, () => events.answered({ ...ok, body: body(written) })),
    })

  test('captures between them, thinks without counting that, and ends in one outcome', () => {
    const run = flow(bodies('paid'))
    run.run()
    expect(run.outcomes()).toEqual({ ok: 10 })
    expect(run.sentAt).toHaveLength(20)
    expect(run.responseMs().p50).toBeGreaterThan(19)
    expect(run.responseMs().max).toBeLessThan(22)
    expect(run.now).toBeGreaterThan(1100)
  })

  test('a check that fails ends it as such', () => {
    const run = flow(bodies('open'))
    run.run()
    expect(run.outcomes()).toEqual({ 'check-failed': 10 })
  })

  test('a capture that finds nothing ends it before the next step', () => {
    const run = flow(() => 'nothing to see')
    run.run()
    expect(run.outcomes()).toEqual({ 'check-failed': 10 })
    expect(run.sentAt).toHaveLength(10)
  })

  test('stopped while it thinks, it is unfinished', () => {
    const run = flow(bodies('paid'))
    run.run(150)
    run.engine.stop()
    expect(run.outcomes()).toEqual({ unfinished: 10 })
    expect(run.isDone).toBe(true)
  })
})
