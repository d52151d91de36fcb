// The threads of a generator: started together, told to start at the same moment, their books added up.
//
//   workers ── ready ──▶ all are ── start at ──▶ seconds, acknowledged … ──▶ done ──▶ one RunEnd

import { Worker } from 'node:worker_threads'
import { collectAlone } from '../adapters/load-collector.ts'
import { monotonicMs } from '../adapters/load-metronome.ts'
import { moduleBeside } from '../adapters/module-beside.ts'
import { addBooks, type Books, booksBytes, booksSizeOf, sumOf, viewBooks } from '../load/books.ts'
import { createFailureCounts } from '../load/failures.ts'
import { gatherSeconds } from '../load/gather-seconds.ts'
import { together } from '../load/encoded-histogram.ts'
import { createHistogram, type Histogram, quantileMs } from '../load/histogram.ts'
import type { SecondBooks } from '../load/intervals.ts'
import { intervalOf } from '../load/interval-of-parts.ts'
import { limitsPerWorker } from '../load/plan.ts'
import { progressOf, type RunEnd } from '../load/report.ts'
import type { LoadWatchers } from './load.ts'
import type { LoadJob, LoadMessage, LoadOrder, WorkerEnd } from './load-job.ts'

export type GeneratorJob = Omit<LoadJob, 'share' | 'booksMemory'> & { workers: number }

const progressEveryMs = 250
/** Between the last readiness and the first arrival: time to tell that it starts. */
const leadMs = 20

/** Resolves when every arrival has ended. */
export async function generate(
  { workers, ...job }: GeneratorJob,
  watchers: LoadWatchers,
): Promise<{ books: Books; end: RunEnd }> {
  const { signal } = watchers
  collectAlone()
  const seconds: RunEnd['seconds'][number][] = []
  const failures = createFailureCounts()
  const scratch = createHistogram()
  const gatherer = gatherSeconds(workers, (parts) => {
    for (const { outcome, reason, arrivals } of parts.flatMap((part) => part.failures ?? []))
      failures.add(outcome, reason, arrivals)
    seconds.push({ lagP99: lagP99Of(parts, scratch) })
    // Only for whoever watches: this thread may share its core with the generator.
    watchers.onInterval?.(intervalOf(parts, scratch))
  })
  const threads = Array.from({ length: workers }, (_, index) => {
    const share = { index, of: workers }
    const booksMemory = new SharedArrayBuffer(booksBytes(booksSizeOf(job)))
    const own: LoadJob = { ...job, share, booksMemory, limits: limitsPerWorker(job.limits, share) }
    return startThread(own, (message) => {
      if (message.type === 'second') gatherer.add(index, message.second)
      else if (message.type === 'acknowledged') watchers.onAcknowledged?.(message.lines)
      else if (message.type === 'done') gatherer.end(index)
    })
  })
  const books = (): Books => addBooks(threads.map((thread) => thread.books))
  const stop = (): void => threads.forEach((thread) => thread.order({ type: 'stop' }))
  let progress: NodeJS.Timeout | undefined
  try {
    await Promise.all(threads.map(({ ready }) => ready))
    const atMonotonicMs = monotonicMs() + leadMs
    const startedAt = performance.timeOrigin + performance.now() + leadMs
    for (const thread of threads) thread.order({ type: 'start', atMonotonicMs })
    if (signal?.aborted) stop()
    else signal?.addEventListener('abort', stop, { once: true })
    watchers.onStarted?.(startedAt)
    const { onProgress } = watchers
    if (onProgress !== undefined) {
      progress = setInterval(() => onProgress(progressOf(books(), Date.now() - startedAt)), progressEveryMs)
    }
    const ends = await Promise.all(threads.map(({ done }) => done))
    const whole = books()
    const told = { startedAt, seconds, failures: failures.list() }
    return { books: whole, end: { ...told, ...addEnds(ends, sumOf(whole.outcomes)) } }
  } finally {
    clearInterval(progress)
    signal?.removeEventListener('abort', stop)
    await Promise.all(threads.map((thread) => thread.terminate()))
  }
}

function lagP99Of(parts: readonly SecondBooks[], scratch: Histogram): number {
  const lag = together(
    parts.map((part) => part.lag),
    scratch,
  )
  return quantileMs(lag, 0.99) ?? 0
}

interface Thread {
  books: Books
  ready: Promise<void>
  done: Promise<WorkerEnd>
  order(order: LoadOrder): void
  terminate(): Promise<unknown>
}

function startThread(job: LoadJob, onMessage: (message: LoadMessage) => void): Thread {
  const worker = new Worker(moduleBeside(import.meta.url, 'load-worker'), { workerData: job })
  const ready = Promise.withResolvers<void>()
  const done = Promise.withResolvers<WorkerEnd>()
  const fail = (error: unknown): void => {
    ready.reject(error)
    done.reject(error)
  }
  // Whoever awaits the other one hears of it; this one must not count as unhandled.
  ready.promise.catch(() => {})
  done.promise.catch(() => {})
  worker.on('error', fail)
  worker.on('exit', () => fail(new Error('a thread of the generator ended without a result')))
  worker.on('message', (message: LoadMessage) => {
    if (message.type === 'ready') ready.resolve()
    onMessage(message)
    if (message.type === 'done') done.resolve(message.end)
  })
  return {
    books: viewBooks(job.booksMemory, booksSizeOf(job)),
    ready: ready.promise,
    done: done.promise,
    order: (order) => worker.postMessage(order),
    terminate: () => worker.terminate(),
  }
}

function addEnds(
  ends: readonly WorkerEnd[],
  arrivals: number,
): Omit<RunEnd, 'startedAt' | 'seconds' | 'failures'> {
  const most = (values: readonly number[]): number => Math.max(...values)
  const known = (values: readonly (number | null)[]): number[] => values.filter((value) => value !== null)
  const cpuMs = known(ends.map((end) => end.cpuMs))
  const runQueueWaits = known(ends.map((end) => end.runQueueWait))
  const localLimits = new Map<string, number>()
  for (const [code, times] of ends.flatMap((end) => [...end.localLimits])) {
    localLimits.set(code, (localLimits.get(code) ?? 0) + times)
  }
  return {
    elapsedMs: most(ends.map(({ elapsedMs }) => elapsedMs)),
    isInterrupted: ends.some(({ isInterrupted }) => isInterrupted),
    localLimits,
    generator: {
      cpuPerArrivalUs:
        cpuMs.length < ends.length ? null : (cpuMs.reduce((sum, ms) => sum + ms, 0) * 1000) / arrivals,
      eventLoopUtilization: most(ends.map(({ eventLoopUtilization }) => eventLoopUtilization)),
      runQueueWait: runQueueWaits.length < ends.length ? null : most(runQueueWaits),
      gcShare: most(ends.map(({ gcShare }) => gcShare)),
      connections: ends.reduce((sum, { connections }) => sum + connections, 0),
    },
  }
}
