// A thread's part of a run: its engine, put together with what it sends on and what it tells.

// Not the global: that is a getter, which is called for each look at the clock.
import { performance } from 'node:perf_hooks'
import type { Pacer } from '../adapters/load-pacer.ts'
import { createConnector } from '../adapters/load-socket.ts'
import { booksSizeOf, openBooks } from '../load/books.ts'
import { canaryPicker } from '../load/canaries.ts'
import { type Engine, startEngine } from '../load/engine.ts'
import { rowPicker } from '../load/feeds.ts'
import { openWire } from '../load/http-wire.ts'
import { createIntervals } from '../load/intervals.ts'
import { gatherMsOf } from '../load/pacing.ts'
import type { Wire, WireEvents } from '../load/pool.ts'
import type { Answer } from '../load/response-parser.ts'
import { scheduleOf } from '../load/schedule.ts'
import type { ArrivalValues } from '../load/template.ts'
import { weightedChoice } from '../load/weights.ts'
import type { Acknowledged } from '../system/load-report.ts'
import type { LoadJob, LoadMessage } from './load-job.ts'
import { laterBy } from './load-timers.ts'

export interface PartTools {
  connect(events: WireEvents): Wire
  pacer: Pacer
  tell(message: LoadMessage): void
  /** How fast the clock of the part runs; 1: as that on the wall. */
  speed: number
}

export interface Part {
  engine: Engine
  /** Resolves when every arrival has ended. */
  ended: Promise<void>
  /** Tells those that were not told yet. */
  tellAcknowledged(): void
}

const acknowledgedBatch = 256

/** @param startMs of the schedule, in `performance.now()` of this thread */
export function playPart(job: LoadJob, { connect, pacer, tell, speed }: PartTools, startMs: number): Part {
  const lines: Acknowledged[] = []
  const tellAcknowledged = (): void => {
    if (lines.length > 0) tell({ type: 'acknowledged', lines: lines.splice(0) })
  }
  const ended = Promise.withResolvers<void>()
  const engine = startEngine(
    {
      schedule: scheduleOf(job.schedule),
      share: job.share,
      flows: job.flows,
      rowOf: valuesPicker(job),
      flowOf: weightedChoice(job.weights, job.seed),
      limits: job.limits,
      books: openBooks(job.booksMemory, booksSizeOf(job)),
      phases: job.phases,
      gatherMs: gatherMsOf[job.pacing],
      intervals: createIntervals(
        (second) => {
          tellAcknowledged()
          tell({ type: 'second', second })
        },
        { perRequest: job.tellsRequests },
      ),
      nowMs: () => performance.now() * speed,
      // Not imported: that takes a thread some milliseconds, and few requests need one.
      uuid: () => process.getBuiltinModule('node:crypto').randomUUID(),
      connect,
      onAcknowledged(arrival, key, answer) {
        lines.push({ arrival, key, status: answer.status, id: idOf(answer) })
        if (lines.length >= acknowledgedBatch) tellAcknowledged()
      },
      onDue: (dueMs) => pacer.wakeAt(dueMs / speed),
      onDone: () => ended.resolve(),
    },
    startMs * speed,
  )
  pacer.run(() => engine.tick())
  return { engine, ended: ended.promise, tellAcknowledged }
}

function valuesPicker({ feeds, seed, canaryEvery }: LoadJob): (arrival: number) => ArrivalValues {
  const rowOf = rowPicker(feeds, seed)
  if (canaryEvery === null) return rowOf
  const canaryOf = canaryPicker(canaryEvery, () => process.getBuiltinModule('node:crypto').randomUUID())
  return (arrival) => ({ ...rowOf(arrival), ...canaryOf(arrival) })
}

/** HTTP/2 is only loaded where it is spoken: it takes a thread some milliseconds and megabytes. */
export async function wireOpener({
  address,
  isHttp2,
}: Pick<LoadJob, 'address' | 'isHttp2'>): Promise<(events: WireEvents) => Wire> {
  if (!isHttp2) {
    const connect = createConnector(address)
    return (events) => openWire(connect, events, laterBy)
  }
  const { createHttp2Connector } = await import('../adapters/load-http2.ts')
  const { openHttp2Wire } = await import('../load/http2-wire.ts')
  const connect = createHttp2Connector(address)
  const isSecure = address.secureName !== null
  return (events) => openHttp2Wire(connect, events, { isSecure })
}

/** `id` of a JSON answer. */
function idOf({ body }: Answer): string | null {
  try {
    const value: unknown = JSON.parse(body ?? '')
    const id = typeof value === 'object' && value !== null ? (value as { id?: unknown }).id : undefined
    return typeof id === 'string' || typeof id === 'number' ? String(id) : null
  } catch (error) {
    // An acknowledgement without JSON is one all the same.
    if (error instanceof SyntaxError) return null
    throw error
  }
}
