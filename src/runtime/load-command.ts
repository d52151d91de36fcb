// What `msvc load` asks for → a run: which target, which scenario, which model.

import { resolve } from 'node:path'
import { diskFiles, requireWritable } from '../adapters/files.ts'
import { compareView } from '../cli/views/compare.ts'
import { loadView } from '../cli/views/load.ts'
import { saturationView } from '../cli/views/saturation.ts'
import { errors, UserError } from '../errors.ts'
import { type LoadPlan, schedulePlanned, shapeOf } from '../load/plan.ts'
import { type ScheduleShape, seeded } from '../load/schedule.ts'
import { type ScheduleFlags, shapeAsked } from '../load/schedule-flags.ts'
import { meanRate, shapeText } from '../load/shape-text.ts'
import { junitOf } from '../load/exports/junit.ts'
import type { Threshold } from '../load/thresholds.ts'
import { type LoadMade, refuseUnused } from '../load/unused-flags.ts'
import type { Pacing } from '../ports.ts'
import type { LoadComparison } from '../system/load-comparison.ts'
import type { LoadReport, SaturationReport } from '../system/load-report.ts'
import { type Aim, findTarget, readGiven, urlTyped } from './find-target.ts'
import { interruptible } from './interrupt.ts'
import { liveLoad, type LiveLoadAbout } from './live-load.ts'
import { liveSaturation } from './live-saturation.ts'
import { runLoad } from './load.ts'
import { sloOf } from './slo-of.ts'

export interface LoadOptions extends Aim {
  /** The flags that were typed, by their long names. */
  given: readonly string[]
  /** Not said: ours when there is a rate, autocannon without one. */
  engine?: SaturationReport['engine'] | undefined
  ratePerSecond: number | undefined
  durationMs: number
  timeoutMs: number
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
  /** Those of msvc.yaml, too. */
  isJudgedBySlo: boolean
  /** Where the thresholds go as JUnit XML. */
  junitFile: string | undefined
  /** Recorded runs to compare with. */
  baseline: { runs: string; tolerance: number } | undefined
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
  urlTyped(options.target) // a bad target is told before a missing rate
  const mayHaveScenario = options.scenarioFile !== undefined || options.target === undefined
  if (typed === undefined && connections === undefined && !mayHaveScenario) throw noRate()
  const baseline = await findBaseline(options)
  const { target, fleet, notes = [] } = await findTarget(options)
  for (const note of notes) process.stderr.write(`Note: ${note}.\n`)
  const asked = typed ?? inScenario(target, options.seed)
  const isClosed = asked === undefined || options.engine === 'autocannon'
  refuseUnused(options.given, {
    model: isClosed ? 'closed' : 'open',
    requests: requestsOf(options, target),
    schedule: scheduleSource(options, asked),
  })
  if (isClosed) return saturate(options, { target, asked })

  const url = 'url' in target ? target.url : target.baseUrl
  const promised = options.isJudgedBySlo ? await sloOf(url, fleet) : []
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
    thresholds: [
      ...('scenario' in target ? (target.scenario.thresholds ?? []) : []),
      ...promised,
      ...options.thresholds,
    ],
    method: request.method,
    headers: request.headers,
    ...(request.body !== undefined && { body: request.body }),
    ...(options.deadlineMs !== undefined && { deadlineMs: options.deadlineMs }),
    ...(maxInFlight !== undefined && { maxInFlight }),
    ...(connections !== undefined && { connections }),
  }
  const junitPath = options.junitFile === undefined ? undefined : resolve(options.from, options.junitFile)
  // Told before the load, and not after it in place of its result.
  if (junitPath !== undefined) await requireWritable(junitPath)
  const live = options.live ? await liveLoad(aboutPlan(plan), fleet?.agent) : undefined
  const unrecorded: LoadReport[] = []
  const result = await interruptible(async (signal): Promise<LoadResult> => {
    const watchers = { ...live, signal, onUnrecorded: (load: LoadReport) => void unrecorded.push(load) }
    if (!options.record)
      return { model: 'open', ...(await runLoad(plan, watchers)), runId: null, report: null }
    const title = shapeText(asked)
    const { runRecordedLoad } = await import('./recorded-load.ts')
    const { load, runId, report } = await runRecordedLoad({ plan, title, fleet }, watchers)
    if (baseline === undefined) return { model: 'open', ...load, runId, report }
    const { compareRuns } = await import('./compare.ts')
    const pair = { from: options.from, ...baseline, candidate: runId, seed }
    return { model: 'open', ...load, runId, report, comparison: await compareRuns(pair) }
  }).finally(() => {
    live?.end()
    // A full disk must not cost what was measured.
    for (const load of unrecorded) process.stderr.write(`${loadView(load)}\n`)
  })
  if (junitPath !== undefined && result.model === 'open') {
    await diskFiles.write(junitPath, junitOf(result, new Date(result.startedAt).toISOString()))
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
async function findBaseline({ baseline, record, from }: LoadOptions) {
  if (baseline === undefined) return undefined
  if (!record)
    throw errors.badValue('--baseline', baseline.runs, 'a run that is recorded, to compare with it')
  const { readRuns } = await import('./compare.ts')
  const runs = await readRuns(from, baseline.runs)
  return { baseline: runs.map(({ id }) => id).join(','), tolerance: baseline.tolerance }
}

function inScenario(target: LoadPlan['target'], seed: number): ScheduleShape | undefined {
  const load = 'scenario' in target ? target.scenario.load : undefined
  return load && seeded(load, seed)
}

const requestsOf = ({ requestsFile }: LoadOptions, target: LoadPlan['target']): LoadMade['requests'] =>
  requestsFile !== undefined ? 'file' : 'scenario' in target ? 'scenario' : 'plain'

function scheduleSource(
  { schedule, ratePerSecond }: LoadOptions,
  asked: ScheduleShape | undefined,
): LoadMade['schedule'] {
  if (asked === undefined) return null
  if (schedule.replayFile !== undefined) return 'replay'
  if (schedule.stages !== undefined) return 'stages'
  return ratePerSecond === undefined ? 'scenario' : 'rate'
}

const noRate = () => errors.needsAnswer('A rate', '--rps 500 (or -c 50 for a saturation run)')

/** The schedule that the command line asks for; undefined when it asks for none. */
async function shapeFrom(options: LoadOptions): Promise<ScheduleShape | undefined> {
  const { replayFile, ...schedule } = options.schedule
  const { ratePerSecond, durationMs, seed } = options
  const replay = replayFile === undefined ? undefined : await readGiven(replayFile, options.from)
  return shapeAsked({ ...schedule, replay, ratePerSecond, durationMs, seed })
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

/** The closed model; with a rate only by autocannon, and only when it is asked for. */
async function saturate(
  options: LoadOptions,
  { target, asked }: { target: LoadPlan['target']; asked: ScheduleShape | undefined },
): Promise<{ result: LoadResult; text: string }> {
  const { request, durationMs, timeoutMs, isOwnTarget, engine = 'autocannon', insecure } = options
  const isConstant = asked === undefined || (asked.kind === 'rate' && asked.rate.kind === 'constant')
  if (asked === undefined && options.connections === undefined) throw noRate()
  if (!isConstant) throw errors.badValue('--engine', engine, 'msvc, for a rate that changes')
  if (!('url' in target))
    throw errors.needsAnswer('A URL for a saturation run', 'msvc load http://127.0.0.1:4000/ -c 50')
  const { method, headers, body } = request
  const plan = {
    url: target.url,
    connections: options.connections ?? 10,
    durationMs,
    timeoutMs,
    method,
    headers,
    isUnverified: insecure,
    ...(asked !== undefined && { ratePerSecond: options.ratePerSecond ?? 0 }),
    ...(body !== undefined && { body }),
  }
  const { runSaturation } = await import('./saturation.ts')
  const { connections } = plan
  const live = options.live
    ? await liveSaturation({ target: target.url, connections, durationMs })
    : undefined
  const onProgress = live && { onProgress: live.onProgress }
  const result = await interruptible((signal) =>
    runSaturation(plan, { signal, isOwnTarget, engine, ...onProgress }),
  ).finally(() => live?.end())
  return { result, text: saturationView(result) }
}
