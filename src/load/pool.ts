// The connections of a run: which one rests, which one is under an arrival, and how many there may be.
//
//   open ─▶ connecting ─▶ busy ◀─▶ idle
//                └───────────┴──────┴──────▶ closed (for good: no connection comes back)
//
// The connection that rested last is taken first, so that the ones that are not needed grow old.

import { createOpenings } from './openings.ts'
import type { Ending } from './outcomes.ts'
import type { Answer, ExpectedAnswer } from './response-parser.ts'

/** One connection. At most one request is under way on it. */
export interface Wire {
  send(bytes: Uint8Array, expected: ExpectedAnswer): void
  /** Ends it; it reports nothing afterwards. */
  close(): void
}

/** What a wire reports; `ended` at most once and last. */
export interface WireEvents {
  opened(): void
  answered(answer: Answer): void
  ended(ending: Ending): void
}

/** `Job` is what a connection is open for. */
export interface Connection<Job> {
  wire: Wire
  state:
    | { at: 'connecting'; job: Job }
    | { at: 'busy'; job: Job }
    | { at: 'idle'; sinceMs: number; expiresMs: number }
    | { at: 'closed' }
}

export interface PoolEvents<Job> {
  /** It is busy with the job now: send. */
  opened(connection: Connection<Job>, job: Job): void
  answered(connection: Connection<Job>, job: Job, answer: Answer): void
  /** It is closed. */
  ended(job: Job | null, ending: Ending): void
}

export interface Pool<Job> {
  hasRoom(): boolean
  /** There is room, and not too many are connecting. */
  mayOpen(): boolean
  /** One attempt. */
  open(job: Job): void
  /** An idle connection, busy with the job now. */
  take(job: Job): Connection<Job> | undefined
  rest(connection: Connection<Job>, idle: { sinceMs: number; expiresMs: number }): void
  /** Ends the connection; it reports nothing afterwards. */
  discard(connection: Connection<Job>): void
  all(): Iterable<Connection<Job>>
  /** The most that were open at once. */
  peak(): number
}

export function createPool<Job>(parts: {
  maxConnections: number
  nowMs(): number
  connect(events: WireEvents): Wire
  events: PoolEvents<Job>
}): Pool<Job> {
  const { maxConnections, nowMs, connect, events } = parts
  const openings = createOpenings()
  const connections = new Set<Connection<Job>>()
  const idle: Connection<Job>[] = []
  let peak = 0

  const discard = (connection: Connection<Job>): void => {
    if (connection.state.at === 'closed') return
    if (connection.state.at === 'idle') idle.splice(idle.indexOf(connection), 1)
    if (connection.state.at === 'connecting') openings.end(nowMs())
    connection.state = closed
    connections.delete(connection)
    connection.wire.close()
  }

  const hasRoom = (): boolean => connections.size < maxConnections

  return {
    hasRoom,
    mayOpen: () => hasRoom() && openings.mayBegin(nowMs()),
    open(job) {
      openings.begin(nowMs())
      const connection: Connection<Job> = { wire: unopened, state: { at: 'connecting', job } }
      connections.add(connection)
      peak = Math.max(peak, connections.size)
      connection.wire = connect({
        opened() {
          if (connection.state.at !== 'connecting') return
          openings.end(nowMs())
          connection.state = { at: 'busy', job }
          events.opened(connection, job)
        },
        answered(answer) {
          if (connection.state.at === 'busy') events.answered(connection, connection.state.job, answer)
        },
        ended(ending) {
          const { state } = connection
          discard(connection)
          events.ended(state.at === 'connecting' || state.at === 'busy' ? state.job : null, ending)
        },
      })
    },
    take(job) {
      const connection = idle.pop()
      if (connection !== undefined) connection.state = { at: 'busy', job }
      return connection
    },
    rest(connection, { sinceMs, expiresMs }) {
      connection.state = { at: 'idle', sinceMs, expiresMs }
      idle.push(connection)
    },
    discard,
    all: () => connections,
    peak: () => peak,
  }
}

const closed = { at: 'closed' } as const
const unopened: Wire = { send: () => {}, close: () => {} }
