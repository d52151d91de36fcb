// Runs a load test: checks the plan, finds the target, makes the setup requests, starts the generator's
// thread, and turns what it wrote into a report.

import { randomUUID } from 'node:crypto'
import { sendOnce } from '../adapters/load-request.ts'
import { resolveHost } from '../adapters/load-target.ts'
import { refusePublic, refuseTooManyConnections } from './load-refusals.ts'
import { errors, type Place } from '../errors.ts'
import type { LoadInterval } from '../events.ts'
import { limitsOf, type LoadPlan, type LoadTarget, schedulePlanned, shapeOf, targetOf } from '../load/plan.ts'
import { reportOf } from '../load/report.ts'
import {
  type CompiledRequest,
  compileRequest,
  type RequestSource,
  UnsendableRequest,
} from '../load/request.ts'
import { meanRate, shapeText } from '../load/shape-text.ts'
import { runSetup } from '../load/setup.ts'
import { checkThresholds } from '../load/thresholds.ts'
import type { Variables } from '../load/template.ts'
import type { Acknowledged, LoadProgress, LoadReport } from '../system/load-report.ts'
import { generate } from './load-workers.ts'

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

/**
 * Resolves when every arrival has ended. Throws a UserError for a plan that cannot be run, an unknown
 * host and a failed setup step, all before the first arrival.
 */
export async function runLoad(plan: LoadPlan, watchers: LoadWatchers = {}): Promise<LoadReport> {
  const schedule = schedulePlanned(plan)
  const limits = limitsOf(plan)
  const target = targetOf(plan)
  const sources = sourcesOf(plan, target)
  const { thresholds = [] } = plan
  checkThresholds(
    thresholds,
    sources.map(({ name }) => name),
  )
  refuseTooManyConnections(limits.maxConnections)
  const address = await resolveHost(target.hostname, target.port, watchers.signal)
  if (plan.isOwnTarget !== true) refusePublic(target.hostname, address)
  const variables = await prepare(plan, target, limits.timeoutMs, watchers.signal)
  const requests = sources.map((source) => compile(source, target, variables))
  const { seed = 1, workers = 1, pacing = 'metronome' } = plan
  const { books, end } = await generate(
    {
      address: {
        address,
        port: target.port,
        secureName: target.isSecure ? target.hostname : null,
        isUnverified: plan.insecure === true,
      },
      schedule: shapeOf(plan),
      pacing,
      limits,
      requests,
      weights: sources.map(({ weight }) => weight),
      seed,
      // None without a connection of its own.
      workers: Math.min(workers, limits.maxConnections, schedule.arrivals),
    },
    watchers,
  )
  return reportOf({
    target: target.url,
    ratePerSecond: meanRate(shapeOf(plan), schedule),
    shape: shapeText(shapeOf(plan)),
    schedule,
    limits,
    requestNames: sources.map(({ name }) => name),
    thresholds,
    books,
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
        isUnverified: plan.insecure === true,
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
