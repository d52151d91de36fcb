// The closed model: so many connections, and each asks again when its answer is there. It shows what a
// target takes at most; the rate is the target's own, so nothing is said about waiting users.
//
//   connect ─▶ ask ◀─▶ answer │ failure │ timeout ─▶ connect again, after a pause
//
// Each request that was begun ends in exactly one outcome, as in the open model.

import { type Outcome, type OutcomeCounts, outcomes } from '../events.ts'
import { createFailureCounts, type FailureCounts } from './failures.ts'
import { createHistogram, type Histogram, recordMs } from './histogram.ts'
import { type Ending, outcomeOf, reasonOf } from './outcomes.ts'
import type { Wire, WireEvents } from './pool.ts'
import { bytesOf, type CompiledRequest } from './request.ts'

export interface ClosedParts {
  request: CompiledRequest
  connections: number
  timeoutMs: number
  nowMs(): number
  uuid(): string
  connect(events: WireEvents): Wire
}

export interface ClosedBooks {
  begun: number
  outcomes: Record<Outcome, number>
  failures: FailureCounts
  statuses: Record<number, number>
  /** From a request's sending to the end of its answer, in µs; answers only. */
  service: Histogram
}

export interface ClosedEngine {
  /** Ends what takes too long and opens what is due again; to be called every 10 ms or so. */
  tick(): void
  /** What is under way is `unfinished`. Throws if what has ended is not what was begun. */
  stop(): void
  books: ClosedBooks
}

interface Lane {
  wire: Wire
  /** Since when a request is under way; NaN when none is. */
  begunMs: number
  sentMs: number
  /** When to connect again; Infinity while there is a connection. */
  reopenMs: number
}

/** A target that refuses is asked again so often per connection, not as fast as it can refuse. */
const pauseMs = 100

export function startClosedEngine(parts: ClosedParts): ClosedEngine {
  const { request, nowMs, timeoutMs } = parts
  const books: ClosedBooks = {
    begun: 0,
    outcomes: Object.fromEntries(outcomes.map((outcome) => [outcome, 0])) as Record<Outcome, number>,
    failures: createFailureCounts(),
    statuses: {},
    service: createHistogram(),
  }
  const expected = { isHead: request.isHead, keepsBody: false, waitsForContinue: request.waitsForContinue }
  let isOver = false
  let arrival = 0

  /** Of a request that is always the same: made once. */
  const fixed = request.hasGaps ? null : asBuffer(bytesOf(request, { uuid: '', arrival: '' }))
  const filledIn = (): Uint8Array =>
    bytesOf(request, { uuid: request.needsUuid ? parts.uuid() : '', arrival: String(arrival++) })

  const begin = (lane: Lane, now: number): void => {
    books.begun += 1
    lane.begunMs = now
  }
  const ask = (lane: Lane, now: number): void => {
    const bytes = fixed ?? filledIn()
    // The time that filling in takes is not the target's.
    lane.sentMs = fixed === null ? nowMs() : now
    lane.wire.send(bytes, expected)
  }
  const settle = (lane: Lane, ending: Ending): void => {
    const outcome = outcomeOf(ending)
    books.outcomes[outcome] += 1
    const reason = outcome === 'ok' ? null : reasonOf(ending)
    if (reason !== null) books.failures.add(outcome, reason, 1)
    lane.begunMs = Number.NaN
  }

  const open = (lane: Lane): void => {
    lane.reopenMs = Number.POSITIVE_INFINITY
    begin(lane, nowMs())
    lane.wire = parts.connect({
      opened: () => ask(lane, nowMs()),
      answered({ status, isReusable }) {
        const now = nowMs()
        settle(lane, { kind: 'answered', status, expected: request.expect })
        books.statuses[status] = (books.statuses[status] ?? 0) + 1
        recordMs(books.service, now - lane.sentMs)
        if (isOver) return
        if (isReusable) {
          // One look at the clock for both: what lies between is a microsecond.
          begin(lane, now)
          ask(lane, now)
        } else {
          lane.wire.close()
          open(lane)
        }
      },
      ended(ending) {
        // A connection that the target closes between two requests has cost none.
        if (!Number.isNaN(lane.begunMs)) settle(lane, ending)
        lane.reopenMs = nowMs() + pauseMs
      },
    })
  }

  const lanes = Array.from({ length: parts.connections }, (): Lane => {
    const lane = { wire: unopened, begunMs: Number.NaN, sentMs: 0, reopenMs: 0 }
    open(lane)
    return lane
  })

  return {
    books,
    tick() {
      const now = nowMs()
      for (const lane of lanes) {
        if (now - lane.begunMs >= timeoutMs) {
          lane.wire.close()
          settle(lane, { kind: 'timed-out' })
          lane.reopenMs = now + pauseMs
        }
        if (!isOver && lane.reopenMs <= now) open(lane)
      }
    },
    stop() {
      isOver = true
      for (const lane of lanes) {
        lane.wire.close()
        if (!Number.isNaN(lane.begunMs)) settle(lane, { kind: 'interrupted' })
      }
      const ended = Object.values(books.outcomes).reduce((sum, count) => sum + count, 0)
      if (ended !== books.begun)
        throw new Error(`${books.begun} requests were begun, but ${ended} have ended`)
    },
  }
}

/** A socket would make a Buffer of any other bytes, each time. */
const asBuffer = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)

const unopened: Wire = { send: () => {}, close: () => {} }

/** Only what occurred. */
export const countsOfClosed = ({ outcomes: counts }: ClosedBooks): OutcomeCounts =>
  Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0))
