// The generator's thread: the engine, its connections and its metronome, away from the live view.

import { randomUUID } from 'node:crypto'
import { parentPort, workerData } from 'node:worker_threads'
import { createConnector, type Address } from '../adapters/load-socket.ts'
import { startMetronome } from '../adapters/load-metronome.ts'
import { watchThread } from '../adapters/load-watch.ts'
import type { LoadInterval } from '../events.ts'
import { openBooks } from '../load/books.ts'
import { startEngine } from '../load/engine.ts'
import { openWire } from '../load/http-wire.ts'
import { createIntervals } from '../load/intervals.ts'
import type { Limits } from '../load/plan.ts'
import type { RunEnd } from '../load/report.ts'
import type { CompiledRequest } from '../load/request.ts'
import type { Answer } from '../load/response-parser.ts'
import { constantRate } from '../load/schedule.ts'
import { weightedChoice } from '../load/weights.ts'
import type { Acknowledged } from '../system/load-report.ts'

/** What the thread is started with; plain data. */
export interface LoadJob {
  address: Address
  schedule: { ratePerSecond: number; durationMs: number }
  limits: Limits
  requests: CompiledRequest[]
  weights: number[]
  seed: number
  booksMemory: SharedArrayBuffer
}

/** What it tells. It is told one thing: 'stop'. */
export type LoadMessage =
  | { type: 'started'; startedAt: number }
  | { type: 'interval'; interval: LoadInterval }
  | { type: 'acknowledged'; lines: Acknowledged[] }
  | { type: 'done'; end: RunEnd }

const acknowledgedBatch = 256
/** Between the plan and the first arrival: time to tell that it starts. */
const leadMs = 20

async function generate(job: LoadJob, port: NonNullable<typeof parentPort>): Promise<void> {
  const tell = (message: LoadMessage): void => port.postMessage(message)
  const lines: Acknowledged[] = []
  const tellAcknowledged = (): void => {
    if (lines.length > 0) tell({ type: 'acknowledged', lines: lines.splice(0) })
  }
  const connect = createConnector(job.address)
  const ended = Promise.withResolvers<void>()
  const metronome = await startMetronome()
  const startMs = performance.now() + leadMs
  const startedAt = performance.timeOrigin + startMs
  const watch = watchThread()

  const engine = startEngine(
    {
      schedule: constantRate(job.schedule),
      requests: job.requests,
      requestOf: weightedChoice(job.weights, job.seed),
      limits: job.limits,
      books: openBooks(job.booksMemory, job.requests.length),
      intervals: createIntervals((interval) => {
        tellAcknowledged()
        tell({ type: 'interval', interval })
      }),
      nowMs: () => performance.now(),
      uuid: () => randomUUID(),
      connect: (events) => openWire(connect, events),
      onAcknowledged(arrival, key, answer) {
        lines.push({ arrival, key, status: answer.status, id: idOf(answer) })
        if (lines.length >= acknowledgedBatch) tellAcknowledged()
      },
      onDue: (dueMs) => metronome.wakeAt(dueMs),
      onDone: () => ended.resolve(),
    },
    startMs,
  )
  let isInterrupted = false
  port.on('message', () => {
    isInterrupted = true
    engine.stop()
  })
  tell({ type: 'started', startedAt })
  metronome.run(() => engine.tick())
  await ended.promise
  const elapsedMs = performance.now() - startMs
  const { cpuMs, eventLoopUtilization, runQueueWait } = watch.read()
  const metronomeCpuMs = await metronome.stop()
  tellAcknowledged()
  const arrivals = constantRate(job.schedule).arrivals
  tell({
    type: 'done',
    end: {
      startedAt,
      elapsedMs,
      isInterrupted,
      localLimits: engine.localLimits(),
      generator: {
        cpuPerArrivalUs: cpuMs === null ? null : ((cpuMs + metronomeCpuMs) * 1000) / arrivals,
        eventLoopUtilization,
        runQueueWait,
        connections: engine.peakConnections(),
      },
    },
  })
  port.close()
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

if (parentPort !== null) await generate(workerData as LoadJob, parentPort)
