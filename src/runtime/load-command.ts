// What `msvc load` asks for → a run: which target, which scenario, which model.

import { dirname, join, resolve } from 'node:path'
import { diskFiles } from '../adapters/files.ts'
import { compareView } from '../cli/views/compare.ts'
import { loadView, saturationView } from '../cli/views/load.ts'
import { errors, UserError } from '../errors.ts'
import type { Pacing } from '../load/pacing.ts'
import { type LoadPlan, schedulePlanned, shapeOf } from '../load/plan.ts'
import type { RequestFormat } from '../load/readers/read-requests.ts'
import type { Scenario } from '../load/scenario.ts'
import type { ScheduleShape } from '../load/schedule.ts'
import { type ScheduleFlags, shapeAsked } from '../load/schedule-flags.ts'
import { meanRate, shapeText } from '../load/shape-text.ts'
import { junitOf } from '../load/exports/junit.ts'
import type { Threshold } from '../load/thresholds.ts'
import type { FleetStatus } from '../system/agent-api.ts'
import type { LoadComparison } from '../system/load-comparison.ts'
import type { LoadReport, SaturationReport } from '../system/load-report.ts'
import { findSystemRoot } from '../system/load-system.ts'
import { suggest } from '../system/suggest.ts'
import { compareRuns } from './compare.ts'
import { connectAgent, findAgent, type AgentClient } from './agent-client.ts'
import { interruptible } from './interrupt.ts'
import { liveLoad, type LiveLoadAbout } from './live-load.ts'
import { runLoad } from './load.ts'
import { readRecordedRun } from './recorded-run.ts'
import { runRecordedLoad } from './recorded-load.ts'
import { runSaturation } from './saturation.ts'

export interface LoadOptions {
  /** A URL, `service`, `service/path`, or nothing: the entry with its scenario. */
  target: string | undefined
  /** The folder in which it was typed. */
  from: string
  ratePerSecond: number | undefined
  durationMs: number
  timeoutMs: number
  scenarioFile: string | undefined
  /** Requests in the format of another tool, instead of a scenario. */
  requestsFile?: string | undefined
  requestsFormat?: RequestFormat | undefined
  request: { method: string; headers: Record<string, string>; body: string | undefined }
  connections: number | undefined
  maxInFlight: number | undefined
  seed: number
  workers: number
  pacing: Pacing
  /** An arrival that waited longer for a connection is shed. */
  deadlineMs: number | undefined
  insecure: boolean
  http2: boolean
  /** Whether the user said that a public target is theirs; asked for where there is somebody to ask. */
  isOwnTarget: boolean
  confirm: ((question: string) => Promise<boolean>) | undefined
  /** As typed; `ratePerSecond` and `durationMs` belong to it. */
  schedule: Pick<ScheduleFlags, 'stages' | 'spike' | 'wave' | 'arrivals'> & { replayFile: string | undefined }
  thresholds: readonly Threshold[]
  /** Where the thresholds go as JUnit XML. */
  junitFile: string | undefined
  /** A recorded run to compare with. */
  baseline: { run: string; tolerance: number } | undefined
  record: boolean
  /** Show it as it goes on. */
  live: boolean
}

export type LoadResult =
  | (LoadReport & {
      model: 'open'
      runId: string | null
      report: string | null
      /** With a baseline. */
      comparison?: LoadComparison
    })
  | SaturationReport

interface RunningSystem {
  root: string
  agent: AgentClient
  status: FleetStatus
}

/** Asks once, in a terminal, when the target turns out to be a public address. */
export async function runLoadCommand(options: LoadOptions): Promise<{ result: LoadResult; text: string }> {
  const { confirm } = options
  return runAsked(options).catch(async (error: unknown) => {
    const isPublic = error instanceof UserError && error.code === 'target-public'
    if (!isPublic || confirm === undefined) throw error
    if (!(await confirm(`${error.message} Is it yours to load?`))) throw error
    return runAsked({ ...options, isOwnTarget: true })
  })
}

async function runAsked(options: LoadOptions): Promise<{ result: LoadResult; text: string }> {
  const { connections } = options
  const typed = await shapeFrom(options)
  const mayHaveScenario = options.scenarioFile !== undefined || options.target === undefined
  if (typed === undefined && connections === undefined && !mayHaveScenario) throw noRate()
  const baseline = await findBaseline(options)
  const { target, fleet } = await findTarget(options)
  const asked = typed ?? ('scenario' in target ? target.scenario.load : undefined)
  if (asked === undefined) {
    if (connections === undefined) throw noRate()
    if (options.thresholds.length > 0) throw errors.needsAnswer('A rate for thresholds', '--rps 500')
    return saturate(options, target)
  }

  const { timeoutMs, seed, request, maxInFlight, workers, pacing } = options
  const plan: LoadPlan = {
    target,
    ratePerSecond: options.ratePerSecond ?? 0,
    durationMs: options.durationMs,
    shape: asked,
    timeoutMs,
    seed,
    workers,
    pacing,
    insecure: options.insecure,
    http2: options.http2,
    isOwnTarget: options.isOwnTarget,
    thresholds: [...('scenario' in target ? (target.scenario.thresholds ?? []) : []), ...options.thresholds],
    method: request.method,
    headers: request.headers,
    ...(request.body !== undefined && { body: request.body }),
    ...(options.deadlineMs !== undefined && { deadlineMs: options.deadlineMs }),
    ...(maxInFlight !== undefined && { maxInFlight }),
    ...(connections !== undefined && { connections }),
  }
  const live = options.live ? liveLoad(aboutPlan(plan), fleet?.agent) : undefined
  const result = await interruptible(async (signal): Promise<LoadResult> => {
    const watchers = { ...live, signal }
    if (!options.record)
      return { model: 'open', ...(await runLoad(plan, watchers)), runId: null, report: null }
    const title = shapeText(asked)
    const { load, runId, report } = await runRecordedLoad({ plan, title, fleet }, watchers)
    if (baseline === undefined) return { model: 'open', ...load, runId, report }
    const pair = { from: options.from, ...baseline, candidate: runId, seed }
    return { model: 'open', ...load, runId, report, comparison: await compareRuns(pair) }
  }).finally(() => live?.end())
  if (options.junitFile !== undefined && result.model === 'open') {
    await diskFiles.write(
      resolve(options.from, options.junitFile),
      junitOf(result, new Date(result.startedAt).toISOString()),
    )
  }
  return { result, text: textOf(result) }
}

function textOf(result: LoadResult): string {
  if (result.model === 'closed') return saturationView(result)
  const report = result.report === null ? [] : [`Report:  ${result.report}`]
  const comparison = result.comparison === undefined ? [] : ['', compareView(result.comparison)]
  return [loadView(result), ...report, ...comparison].join('\n')
}

/** Before anything is sent: a baseline that is not there must not cost a run. */
async function findBaseline({ baseline, record, ratePerSecond, from }: LoadOptions) {
  if (baseline === undefined) return undefined
  if (!record || ratePerSecond === undefined) {
    throw errors.badValue('--baseline', baseline.run, 'a run with --rps that is recorded, to compare with it')
  }
  const { id } = await readRecordedRun(from, baseline.run)
  return { baseline: id, tolerance: baseline.tolerance }
}

const noRate = () => errors.needsAnswer('A rate', '--rps 500 (or -c 50 for a saturation run)')

/** The schedule that the command line asks for; undefined when it asks for none. */
async function shapeFrom(options: LoadOptions): Promise<ScheduleShape | undefined> {
  const { replayFile, ...schedule } = options.schedule
  const { ratePerSecond, durationMs, seed } = options
  const replay = replayFile === undefined ? undefined : await readGiven(replayFile, options.from)
  return shapeAsked({ ...schedule, replay, ratePerSecond, durationMs, seed })
}

/** Requests in the format of another tool; a URL on the command line stands for their target. */
async function readRequestsFile(
  file: string,
  { from, target, requestsFormat }: Pick<LoadOptions, 'from' | 'target' | 'requestsFormat'>,
): Promise<{ baseUrl: string; scenario: Scenario }> {
  const { readRequests } = await import('../load/readers/read-requests.ts')
  const { baseUrl, scenario } = await readRequests({
    text: await readGiven(file, from),
    file,
    format: requestsFormat,
    readBody: (path) => readGiven(join(dirname(file), path), from),
  })
  return { baseUrl: target ?? baseUrl, scenario }
}

async function readGiven(file: string, from: string): Promise<string> {
  const text = await diskFiles.readIfExists(resolve(from, file))
  if (text === undefined) throw errors.fileMissing(file)
  return text
}

function aboutPlan(plan: LoadPlan): LiveLoadAbout {
  const { target } = plan
  const schedule = schedulePlanned(plan)
  const { arrivals, durationMs } = schedule
  return {
    target: 'url' in target ? target.url : target.baseUrl,
    schedule: { arrivals, durationMs, ratePerSecond: meanRate(shapeOf(plan), schedule) },
  }
}

async function saturate(
  { request, connections = 10, durationMs, timeoutMs, isOwnTarget }: LoadOptions,
  target: LoadPlan['target'],
): Promise<{ result: LoadResult; text: string }> {
  if (!('url' in target))
    throw errors.needsAnswer('A URL for a saturation run', 'msvc load http://127.0.0.1:4000/ -c 50')
  const { method, headers, body } = request
  const plan = {
    url: target.url,
    connections,
    durationMs,
    timeoutMs,
    method,
    headers,
    ...(body !== undefined && { body }),
  }
  const result = await interruptible((signal) => runSaturation(plan, { signal, isOwnTarget }))
  return { result, text: saturationView(result) }
}

interface Found {
  target: LoadPlan['target']
  fleet?: { root: string; system: string; agent: AgentClient } | undefined
}

/** What the command line names: a URL, a service of the running system, or its entry with a scenario. */
export async function findTarget(
  options: Pick<LoadOptions, 'target' | 'from' | 'scenarioFile' | 'requestsFile' | 'requestsFormat'>,
): Promise<Found> {
  const { target, from, scenarioFile, requestsFile } = options
  const root = await findSystemRoot(from, diskFiles)
  if (requestsFile !== undefined) {
    const read = await readRequestsFile(requestsFile, options)
    return { target: read, fleet: await fleetBehind(read.baseUrl, root) }
  }
  if (target !== undefined && looksLikeUrl(target)) {
    const url = /^https?:/i.test(target) ? target : `http://${target}`
    const place = scenarioFile === undefined ? { url } : await withScenario(url, scenarioFile, from)
    return { target: place, fleet: await fleetBehind(url, root) }
  }
  if (root === undefined) {
    throw target === undefined
      ? errors.noSystemHere(from)
      : errors.targetInvalid(target, 'it is no URL, and there is no system here')
  }
  const agent = await connectAgent(root)
  const running: RunningSystem = { root, agent, status: await agent.status() }
  const fleet = { root, agent, system: running.status.system.name }
  const [name = '', ...path] = (target ?? running.status.system.entry).split('/')
  const { url } = serviceOf(running, name)
  if (path.length > 0) return { target: { url: `${url}/${path.join('/')}` }, fleet }
  if (target !== undefined && scenarioFile === undefined) return { target: { url: `${url}/` }, fleet }
  const file = scenarioFile ?? join(root, 'load', 'default.yaml')
  return { target: await withScenario(url, file, from), fleet }
}

/** The fleet here, when the URL is one of its services'; then its events belong to the run. */
async function fleetBehind(url: string, root: string | undefined): Promise<Found['fleet']> {
  const agent = root === undefined ? undefined : await findAgent(root)
  if (root === undefined || agent === undefined || !URL.canParse(url)) return undefined
  const { services, system } = await agent.status()
  const isOurs = services.some((service) => new URL(service.url).origin === new URL(url).origin)
  return isOurs ? { root, agent, system: system.name } : undefined
}

/** A scheme, or a host that no service is called: `localhost:4000/x`, `127.0.0.1/x`, `[::1]:80`. */
const looksLikeUrl = (target: string): boolean =>
  /^[a-z]+:\/\//i.test(target) ||
  /^(localhost|[\d.]+|\[[\da-f:]+\]|[^/]+\.[^/]+)(:\d+)?(\/|$)/i.test(target) ||
  /^[^/]+:\d+/.test(target)

function serviceOf({ status }: RunningSystem, name: string) {
  const service = status.services.find((one) => one.name === name)
  if (service !== undefined) return service
  const known = status.services.map((one) => one.name)
  throw errors.unknownService(name, known, suggest(name, known))
}

async function withScenario(baseUrl: string, file: string, from: string): Promise<LoadPlan['target']> {
  const path = resolve(from, file)
  const text = await diskFiles.readIfExists(path)
  if (text === undefined) throw errors.scenarioMissing(file)
  // Here, because the schema library costs 100 ms that a plain target need not pay.
  const { parseScenario } = await import('../load/scenario.ts')
  return { baseUrl, scenario: parseScenario(text, file) }
}
