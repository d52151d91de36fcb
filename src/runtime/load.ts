// Runs a load test: checks the plan, finds the target, makes the setup requests, starts the generator's
// thread, and turns what it wrote into a report.

import { randomUUID } from 'node:crypto'
import { dirname, resolve } from 'node:path'
import { systemClock } from '../adapters/clock.ts'
import { diskFiles } from '../adapters/files.ts'
import type { Address } from '../adapters/load-socket.ts'
import { resolveHost } from '../adapters/load-target.ts'
import { refusePublic, refuseTooManyConnections } from './load-refusals.ts'
import { errors, type Place } from '../errors.ts'
import type { LoadInterval } from '../events.ts'
import { canaryEvery, canaryVariable, withCanaries } from '../load/canaries.ts'
import { checkColumns, columnsOf, type FeedRows } from '../load/feeds.ts'
import type { CompiledFlow } from '../load/flow.ts'
import { limitsOf, type LoadPlan, type LoadTarget, schedulePlanned, shapeOf, targetOf } from '../load/plan.ts'
import { reportOf } from '../load/report.ts'
import {
  type CompiledRequest,
  compileRequest,
  type RequestSource,
  UnsendableRequest,
} from '../load/request.ts'
import { meanRate, shapeText } from '../load/shape-text.ts'
import { runSetup, type SetupPorts } from '../load/setup.ts'
import { type Phase, phaseNamed } from '../load/phases.ts'
import { checkThresholds, readAt, type Threshold } from '../load/thresholds.ts'
import { ownValues, type Variables } from '../load/template.ts'
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
  const phases = phasesIn(thresholds, plan, schedule.durationMs)
  refuseTooManyConnections(limits.maxConnections)
  const address = await resolveHost(target.hostname, target.port, watchers.signal)
  if (plan.isOwnTarget !== true) refusePublic(target.hostname, address)
  const feeds = await readFeeds(plan)
  const place: Address = {
    address,
    port: target.port,
    secureName: target.isSecure ? target.hostname : null,
    isUnverified: plan.insecure === true,
  }
  const { timeoutMs } = limits
  const variables = await prepare(plan, { address: place, target }, { timeoutMs, signal: watchers.signal })
  const names = new Set([
    ...ownValues,
    ...feeds.flatMap((feed) => columnsOf(feed).map((column) => `${feed.name}.${column}`)),
    ...(plan.canaries ? [canaryVariable] : []),
  ])
  const flows = sources.map((source) => compileFlow(source, { target, variables, names }))
  const { seed = 1, workers = 1, pacing = 'metronome' } = plan
  const { books, end } = await generate(
    {
      address: place,
      isHttp2: plan.http2 === true,
      schedule: shapeOf(plan),
      pacing,
      limits,
      flows,
      feeds,
      tellsRequests: plan.tellsRequests === true,
      canaryEvery: plan.canaries ? canaryEvery(plan.canaries, meanRate(shapeOf(plan), schedule)) : null,
      weights: sources.map(({ weight }) => weight),
      seed,
      phases: [...phases.values()],
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
    areConnectionsChosen: plan.connections !== undefined,
    requestNames: sources.map(({ name }) => name),
    thresholds,
    phases,
    books,
    end,
  })
}

/** The phases that thresholds are about; only they get books of their own. */
const phasesIn = (
  thresholds: readonly Threshold[],
  plan: LoadPlan,
  durationMs: number,
): Map<string, Phase> => {
  const named = thresholds.flatMap(({ phase, expression, place }) =>
    phase === null
      ? []
      : [[phase, readAt(place, expression, () => phaseNamed(phase, shapeOf(plan), durationMs))] as const],
  )
  return new Map(named)
}

interface FlowSource {
  name: string
  weight: number
  steps: readonly (RequestSource & { place?: Place })[]
}

function sourcesOf(plan: LoadPlan, target: LoadTarget): FlowSource[] {
  const { canaries } = plan
  const sources = plainSourcesOf(plan, target)
  if (canaries === undefined) return sources
  return sources.map((flow) => ({ ...flow, steps: flow.steps.map((step) => withCanaries(step, canaries)) }))
}

function plainSourcesOf(plan: LoadPlan, target: LoadTarget): FlowSource[] {
  if ('scenario' in plan.target) return plan.target.scenario.requests
  const { method = 'GET', headers = {}, body = null } = plan
  const name = `${method} ${target.path}`
  return [{ name, weight: 1, steps: [{ name, method, path: target.path, headers, body, expect: null }] }]
}

async function readFeeds({ target }: LoadPlan): Promise<FeedRows[]> {
  if (!('scenario' in target) || target.scenario.feeds.length === 0) return []
  const { readRows } = await import('../adapters/load-feed-file.ts')
  const feeds = await Promise.all(
    target.scenario.feeds.map(async ({ name, file, pick, place }) => {
      const text = await diskFiles
        .readIfExists(resolve(dirname(place.file), file))
        .catch((error: unknown) => {
          const { code } = error as NodeJS.ErrnoException
          if (code === undefined) throw error
          const reason = code === 'EISDIR' ? 'is a folder' : `cannot be read (${code})`
          throw errors.fileInvalid(place, `the feed ${file} ${reason}.`, 'Name a readable file.')
        })
      if (text === undefined)
        throw errors.fileInvalid(place, `there is no file ${file} beside the scenario.`, 'Check the path.')
      return { name, pick, rows: readRows(text, file, place) }
    }),
  )
  checkColumns(
    target.scenario.requests.flatMap(({ steps }) => steps),
    feeds,
  )
  return feeds
}

async function prepare(
  plan: LoadPlan,
  goal: { address: Address; target: LoadTarget },
  during: { timeoutMs: number; signal: AbortSignal | undefined },
): Promise<Variables> {
  if ('url' in plan.target || plan.target.scenario.setup.length === 0) return {}
  return runSetup(plan.target.scenario.setup, {
    uuid: () => randomUUID(),
    clock: { ...systemClock, sleep: (ms) => systemClock.sleep(ms, during.signal) },
    send: await senderFor(plan, goal, during),
  })
}

async function senderFor(
  { http2 = false, insecure = false }: LoadPlan,
  goal: { address: Address; target: LoadTarget },
  during: { timeoutMs: number; signal: AbortSignal | undefined },
): Promise<SetupPorts['send']> {
  if (http2) return (await import('./setup-over-http2.ts')).senderOverHttp2(goal, during)
  const { sendOnce } = await import('../adapters/load-request.ts')
  const { timeoutMs, signal } = during
  return (request) =>
    sendOnce({
      ...request,
      url: goal.target.url + request.path,
      timeoutMs,
      isUnverified: insecure,
      ...(signal === undefined ? {} : { signal }),
    })
}

/** A step knows what the steps before it captured. */
function compileFlow(
  { name, steps }: FlowSource,
  known: { target: LoadTarget; variables: Variables; names: ReadonlySet<string> },
): CompiledFlow {
  const names = new Set(known.names)
  return {
    name,
    steps: steps.map((step) => {
      const compiled = compile(step, { ...known, names: new Set(names) })
      for (const variable of Object.keys(step.capture ?? {})) names.add(variable)
      return compiled
    }),
  }
}

function compile(
  step: FlowSource['steps'][number],
  { target, variables, names }: { target: LoadTarget; variables: Variables; names: ReadonlySet<string> },
): CompiledRequest {
  try {
    return compileRequest(step, target, variables, names)
  } catch (error) {
    if (!(error instanceof UnsendableRequest)) throw error
    throw errors.requestInvalid(step.name, error.message, step.place)
  }
}
