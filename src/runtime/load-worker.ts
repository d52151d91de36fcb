// A thread of the generator: the engine, its connections and its pacer, away from the live view.

// Not the global: that is a getter, which is called for each look at the clock.
import { performance } from 'node:perf_hooks'
import { parentPort, workerData } from 'node:worker_threads'
import { createConnector, type Address } from '../adapters/load-socket.ts'
import { monotonicMs } from '../adapters/load-metronome.ts'
import { startPacer } from '../adapters/load-pacer.ts'
import { watchThread } from '../adapters/load-watch.ts'
import { booksSizeOf, openBooks } from '../load/books.ts'
import { startEngine } from '../load/engine.ts'
import { openWire } from '../load/http-wire.ts'
import type { Wire, WireEvents } from '../load/pool.ts'
import { createIntervals, type SecondBooks } from '../load/intervals.ts'
import { gatherMsOf } from '../load/pacing.ts'
import type { Limits } from '../load/plan.ts'
import { canaryPicker } from '../load/canaries.ts'
import { type FeedRows, rowPicker } from '../load/feeds.ts'
import type { CompiledFlow } from '../load/flow.ts'
import type { Answer } from '../load/response-parser.ts'
import type { Phase } from '../load/phases.ts'
import { scheduleOf, type ScheduleShape } from '../load/schedule.ts'
import type { ArrivalValues } from '../load/template.ts'
import { weightedChoice } from '../load/weights.ts'
import { rehearse } from './load-rehearsal.ts'
import { laterBy } from './load-timers.ts'
import type { Pacing } from '../ports.ts'
import type { Acknowledged } from '../system/load-report.ts'

/** What the thread is started with; plain data. */
export interface LoadJob {
  address: Address
  isHttp2: boolean
  schedule: ScheduleShape
  share: { index: number; of: number }
  pacing: Pacing
  /** This worker's part. */
  limits: Limits
  flows: CompiledFlow[]
  feeds: FeedRows[]
  weights: number[]
  /** Seconds are told with the response times of each request. */
  tellsRequests: boolean
  /** Every how many-th arrival is a canary; null: none is. */
  canaryEvery: number | null
  seed: number
  /** Those that have books of their own. */
  phases: Phase[]
  booksMemory: SharedArrayBuffer
}

/** What it is told: when to start, once it is ready; to stop, at any time after that. */
export type LoadOrder = { type: 'start'; atMonotonicMs: number } | { type: 'stop' }

/** What it tells. */
export type LoadMessage =
  | { type: 'ready' }
  | { type: 'second'; second: SecondBooks }
  | { type: 'acknowledged'; lines: Acknowledged[] }
  | { type: 'done'; end: WorkerEnd }

export interface WorkerEnd {
  elapsedMs: number
  isInterrupted: boolean
  localLimits: ReadonlyMap<string, number>
  /** Of the thread and its pacer; null where it cannot be read. */
  cpuMs: number | null
  eventLoopUtilization: number
  runQueueWait: number | null
  gcShare: number
  connections: number
}

const acknowledgedBatch = 256

async function generate(job: LoadJob, port: NonNullable<typeof parentPort>): Promise<void> {
  const tell = (message: LoadMessage): void => port.postMessage(message)
  const lines: Acknowledged[] = []
  const tellAcknowledged = (): void => {
    if (lines.length > 0) tell({ type: 'acknowledged', lines: lines.splice(0) })
  }
  const openConnection = await wireOpener(job)
  const ended = Promise.withResolvers<void>()
  await rehearse()
  const pacer = await startPacer(job.pacing)
  const schedule = scheduleOf(job.schedule)
  tell({ type: 'ready' })
  const startMs = (await startOrder(port)) - monotonicMs() + performance.now()
  const watch = watchThread()

  const engine = startEngine(
    {
      schedule,
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
      nowMs: () => performance.now(),
      // Not imported: that takes a thread some milliseconds, and few requests need one.
      uuid: () => process.getBuiltinModule('node:crypto').randomUUID(),
      connect: openConnection,
      onAcknowledged(arrival, key, answer) {
        lines.push({ arrival, key, status: answer.status, id: idOf(answer) })
        if (lines.length >= acknowledgedBatch) tellAcknowledged()
      },
      onDue: (dueMs) => pacer.wakeAt(dueMs),
      onDone: () => ended.resolve(),
    },
    startMs,
  )
  let isInterrupted = false
  port.on('message', () => {
    isInterrupted = true
    engine.stop()
  })
  pacer.run(() => engine.tick())
  await ended.promise
  const elapsedMs = performance.now() - startMs
  const { cpuMs, ...use } = watch.read()
  const pacerCpuMs = await pacer.stop()
  tellAcknowledged()
  tell({
    type: 'done',
    end: {
      ...use,
      elapsedMs,
      isInterrupted,
      localLimits: engine.localLimits(),
      cpuMs: cpuMs === null ? null : cpuMs + pacerCpuMs,
      connections: engine.peakConnections(),
    },
  })
  port.close()
}

function valuesPicker({ feeds, seed, canaryEvery }: LoadJob): (arrival: number) => ArrivalValues {
  const rowOf = rowPicker(feeds, seed)
  if (canaryEvery === null) return rowOf
  const canaryOf = canaryPicker(canaryEvery, () => process.getBuiltinModule('node:crypto').randomUUID())
  return (arrival) => ({ ...rowOf(arrival), ...canaryOf(arrival) })
}

/** HTTP/2 is only loaded where it is spoken: it takes a thread some milliseconds and megabytes. */
async function wireOpener({ address, isHttp2 }: LoadJob): Promise<(events: WireEvents) => Wire> {
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

/** The first order that a thread gets. */
const startOrder = (port: NonNullable<typeof parentPort>): Promise<number> =>
  new Promise((resolve) => {
    port.once('message', (order: LoadOrder) => {
      if (order.type === 'start') resolve(order.atMonotonicMs)
    })
  })

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

if (parentPort !== null) await generate(workerData as LoadJob, parentPort)
