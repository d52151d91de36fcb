// Runs a load test: checks the plan, finds the target, makes the setup requests, starts the generator's
// thread, and turns what it wrote into a report.

import { randomUUID } from 'node:crypto'
import { Worker } from 'node:worker_threads'
import { sendOnce } from '../adapters/load-request.ts'
import { resolveHost } from '../adapters/load-target.ts'
import { errors, type Place } from '../errors.ts'
import type { LoadInterval } from '../events.ts'
import { booksBytes, viewBooks } from '../load/books.ts'
import { limitsOf, type LoadPlan, type LoadTarget, targetOf } from '../load/plan.ts'
import { progressOf, reportOf, type RunEnd } from '../load/report.ts'
import {
  type CompiledRequest,
  compileRequest,
  type RequestSource,
  UnsendableRequest,
} from '../load/request.ts'
import { constantRate } from '../load/schedule.ts'
import { runSetup } from '../load/setup.ts'
import { checkThresholds } from '../load/thresholds.ts'
import type { Variables } from '../load/template.ts'
import type { Acknowledged, LoadProgress, LoadReport } from '../system/load-report.ts'
import type { LoadJob, LoadMessage } from './load-worker.ts'

export interface LoadWatchers {
  /** Ends the run early: its report accounts for what was under way (`unfinished`). */
  signal?: AbortSignal
  /** Epoch milliseconds of the first arrival, before it is sent. */
  onStarted?(startedAt: number): void
  /** Each second of the schedule, in order, when the last of its arrivals has ended. */
  onInterval?(interval: LoadInterval): void
  /** Four times a second. */
  onProgress?(progress: LoadProgress): void
  /** 2xx answers to requests with an Idempotency-Key, in batches. */
  onAcknowledged?(lines: readonly Acknowledged[]): void
}

const progressEveryMs = 250

/**
 * Resolves when every arrival has ended. Throws a UserError for a plan that cannot be run, an unknown
 * host and a failed setup step, all before the first arrival.
 */
export async function runLoad(plan: LoadPlan, watchers: LoadWatchers = {}): Promise<LoadReport> {
  const limits = limitsOf(plan)
  const target = targetOf(plan)
  const sources = sourcesOf(plan, target)
  const { thresholds = [] } = plan
  checkThresholds(
    thresholds,
    sources.map(({ name }) => name),
  )
  const address = await resolveHost(target.hostname, target.port, watchers.signal)
  const variables = await prepare(plan, target, limits.timeoutMs, watchers.signal)
  const requests = sources.map((source) => compile(source, target, variables))
  const { ratePerSecond, durationMs, seed = 1 } = plan
  const booksMemory = new SharedArrayBuffer(booksBytes(requests.length))
  const end = await generate(
    {
      address: { address, port: target.port, secureName: target.isSecure ? target.hostname : null },
      schedule: { ratePerSecond, durationMs },
      limits,
      requests,
      weights: sources.map(({ weight }) => weight),
      seed,
      booksMemory,
    },
    watchers,
  )
  return reportOf({
    target: target.url,
    ratePerSecond,
    schedule: constantRate({ ratePerSecond, durationMs }),
    limits,
    requestNames: sources.map(({ name }) => name),
    thresholds,
    books: viewBooks(booksMemory, requests.length),
    end,
  })
}

interface WeightedSource extends RequestSource {
  weight: number
  place?: Place
}

function sourcesOf(plan: LoadPlan, target: LoadTarget): WeightedSource[] {
  if ('scenario' in plan.target) return plan.target.scenario.requests
  const { method = 'GET', headers = {}, body = null } = plan
  const name = `${method} ${target.path}`
  return [{ name, method, path: target.path, headers, body, expect: null, weight: 1 }]
}

async function prepare(
  plan: LoadPlan,
  target: LoadTarget,
  timeoutMs: number,
  signal: AbortSignal | undefined,
): Promise<Variables> {
  if ('url' in plan.target) return {}
  return runSetup(plan.target.scenario.setup, {
    uuid: () => randomUUID(),
    send: (request) =>
      sendOnce({
        ...request,
        url: target.url + request.path,
        timeoutMs,
        ...(signal === undefined ? {} : { signal }),
      }),
  })
}

function compile(source: WeightedSource, target: LoadTarget, variables: Variables): CompiledRequest {
  try {
    return compileRequest(source, target, variables)
  } catch (error) {
    if (!(error instanceof UnsendableRequest)) throw error
    throw errors.requestInvalid(source.name, error.message, source.place)
  }
}

/** Starts the thread and listens to it until it is done. */
async function generate(job: LoadJob, watchers: LoadWatchers): Promise<RunEnd> {
  const { signal } = watchers
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js'
  const worker = new Worker(new URL(`./load-worker.${extension}`, import.meta.url), { workerData: job })
  const stop = (): void => worker.postMessage('stop')
  signal?.addEventListener('abort', stop, { once: true })
  const books = viewBooks(job.booksMemory, job.requests.length)
  let progress: NodeJS.Timeout | undefined
  try {
    return await new Promise<RunEnd>((resolve, reject) => {
      worker.on('error', reject)
      worker.on('exit', () => reject(new Error('the generator ended without a result')))
      worker.on('message', (message: LoadMessage) => {
        switch (message.type) {
          case 'started':
            // An abort before this had nobody to hear it.
            if (signal?.aborted) stop()
            watchers.onStarted?.(message.startedAt)
            progress = setInterval(() => {
              watchers.onProgress?.(progressOf(books, Date.now() - message.startedAt))
            }, progressEveryMs)
            return
          case 'interval':
            watchers.onInterval?.(message.interval)
            return
          case 'acknowledged':
            watchers.onAcknowledged?.(message.lines)
            return
          case 'done':
            resolve(message.end)
        }
      })
    })
  } finally {
    clearInterval(progress)
    signal?.removeEventListener('abort', stop)
    await worker.terminate()
  }
}
