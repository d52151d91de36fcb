// The engine and its target in virtual time.

import type { LoadInterval, OutcomeCounts } from '../../src/events.ts'
import { booksBytes, countsOf, openBooks } from '../../src/load/books.ts'
import { type Engine, startEngine } from '../../src/load/engine.ts'
import { percentiles } from '../../src/load/histogram.ts'
import { createIntervals } from '../../src/load/intervals.ts'
import type { Limits } from '../../src/load/plan.ts'
import { intervalOf } from '../../src/load/interval-of-parts.ts'
import type { Wire, WireEvents } from '../../src/load/pool.ts'
import { type CompiledRequest, compileRequest } from '../../src/load/request.ts'
import type { Answer } from '../../src/load/response-parser.ts'
import { constantRate } from '../../src/load/schedule.ts'

const request = compileRequest(
  { name: 'a', method: 'GET', path: '/', headers: {}, body: null, expect: null },
  { host: 'target', pathPrefix: '' },
  {},
)
export const ok: Answer = { status: 200, isReusable: true, idleTimeoutMs: null, body: null, head: null }

export interface World {
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

export interface Serving {
  after(ms: number, action: () => void): void
  events: WireEvents
  number: number
  /** What was sent. */
  written: string
}

/** `serve` says how a request on a wire goes on. */
export function world(options: {
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

export const answerAfter =
  (ms: number) =>
  ({ after, events }: Serving): void =>
    after(ms, () => events.answered(ok))
