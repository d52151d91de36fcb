// `msvc load find-capacity`: the search, with real probes: each is a load run that ends as soon as it is
// decided, and the next begins when the target answers as if idle again.

import { systemClock } from '../adapters/clock.ts'
import { capacityView } from '../cli/views/capacity.ts'
import type { LoadInterval } from '../events.ts'
import { findCapacity } from '../load/capacity.ts'
import type { ProbeAsk } from '../load/capacity-probe.ts'
import { overloadFactor } from '../load/capacity-recovery.ts'
import { limitsOf, type LoadPlan, schedulePlanned } from '../load/plan.ts'
import { parseSlo } from '../load/slo.ts'
import { refuseUnused } from '../load/unused-flags.ts'
import type { CapacityReport } from '../system/capacity-report.ts'
import type { LoadReport, LoadVerdict } from '../system/load-report.ts'
import { interruptible } from './interrupt.ts'
import { liveCapacity } from './live-capacity.ts'
import { findTarget } from './find-target.ts'
import type { LoadOptions } from './load-command.ts'
import { runLoad } from './load.ts'
import { refuseTooManyConnections } from './load-refusals.ts'
import { openRun } from './runs.ts'

export interface CapacityOptions extends Pick<
  LoadOptions,
  'given' | 'target' | 'from' | 'scenarioFile' | 'request' | 'connections' | 'seed'
> {
  slo: string
  arrivals: 'even' | 'poisson'
  lowest: number
  highest: number
  precision: number
  soakMs: number
  timeoutMs: number
  insecure: boolean
  http2: boolean
  isOwnTarget: boolean
  record: boolean
  live: boolean
}

export interface CapacityResult extends CapacityReport {
  runId: string | null
  report: string | null
}

/**
 * Ctrl-C ends it with what was found until then.
 *
 * @throws UserError for a bad objective, a flag that would not be heeded, and whatever `runLoad` throws; then no run is left behind.
 */
export async function findCapacityOf(
  options: CapacityOptions,
): Promise<{ result: CapacityResult; text: string }> {
  const objectives = parseSlo(options.slo)
  const { target, fleet } = await findTarget(options)
  const url = 'url' in target ? target.url : target.baseUrl
  refuseUnused(options.given, {
    model: 'open',
    requests: 'url' in target ? 'plain' : 'scenario',
    schedule: 'rate',
  })
  const { slo, lowest, highest, precision, soakMs } = options
  const limitMs = latencyLimit(objectives)
  const planAt = plannerOf({ ...options, target, limitMs })
  schedulePlanned(planAt(highest, 1000, 0))
  // The most that any probe may need: it is refused here, not in the middle of the search.
  refuseTooManyConnections(limitsOf(planAt(overloadFactor * highest, 1000, 0)).maxConnections)
  const title = `capacity within ${slo}`
  const run = options.record
    ? await openRun({ root: fleet?.root, system: fleet?.system ?? null, kind: 'load', title, target: url })
    : undefined
  const startedAt = systemClock.now()
  const startedMs = systemClock.monotonicMs()
  const elapsedMs = (): number => systemClock.monotonicMs() - startedMs
  const live = liveCapacity(url, options.live, elapsedMs)
  const found = await interruptible((signal) => {
    const probe = proberOf({ planAt, signal, limitMs })
    const search = { objectives, lowest, highest, precision, soakSeconds: Math.ceil(soakMs / 1000) }
    return findCapacity(search, {
      probe,
      elapsedSeconds: () => elapsedMs() / 1000,
      onProgress: live.tell,
    })
  })
    .finally(() => live.end())
    .catch(async (error: unknown) => {
      await run?.discard()
      throw error
    })
  const tookMs = elapsedMs()
  const capacity: CapacityReport = { version: 1, target: url, slo, startedAt, tookMs, ...found }
  await run?.finish({ verdict: capacity.verdict, summary: { capacity } }).catch((error: unknown) => {
    // A full disk must not cost what was found.
    process.stderr.write(`${capacityView({ ...capacity, report: null })}\n`)
    throw error
  })
  const result = { ...capacity, runId: run?.id ?? null, report: run?.report ?? null }
  return { result, text: capacityView(result) }
}

const latencyLimit = (objectives: readonly { limitMs: number }[]): number =>
  Math.min(10_000, ...objectives.map(({ limitMs }) => limitMs))

/**
 * Whether the generator's lateness is small beside the objective. A target that shares its cores with the
 * generator makes it late by some milliseconds as soon as it is overloaded; that did not miss `p99<200ms`.
 */
const isBesideThePoint = ({ verdict, lagMs }: LoadReport, limitMs: number): boolean =>
  verdict === 'noisy' && (lagMs.p99 ?? 0) <= 0.2 * limitMs

/** `salt` tells the random arrivals of one probe from those of another. */
type PlanAt = (ratePerSecond: number, durationMs: number, salt: number) => LoadPlan

function plannerOf(
  options: Omit<CapacityOptions, 'target'> & { target: LoadPlan['target']; limitMs: number },
): PlanAt {
  const { request, connections, limitMs, timeoutMs, seed, arrivals } = options
  return (ratePerSecond, durationMs, salt) => ({
    target: options.target,
    ratePerSecond,
    durationMs,
    ...(arrivals === 'poisson' && {
      shape: {
        kind: 'rate',
        rate: { kind: 'constant', ratePerSecond, durationMs },
        arrivals: { kind: 'poisson', seed: seed + salt },
      },
    }),
    // An arrival that took four times the objective has failed it; waiting longer tells nothing new.
    timeoutMs: Math.min(timeoutMs, Math.max(1000, 4 * limitMs)),
    seed,
    insecure: options.insecure,
    http2: options.http2,
    isOwnTarget: options.isOwnTarget,
    method: request.method,
    headers: request.headers,
    ...(request.body !== undefined && { body: request.body }),
    ...(connections !== undefined && { connections }),
  })
}

interface Prober {
  planAt: PlanAt
  signal: AbortSignal
  /** The tightest objective's. */
  limitMs: number
}

/** A probe ends at once when it is decided; what was under way then is nobody's result. */
function proberOf({ planAt, signal, limitMs }: Prober) {
  let probes = 0
  let idleMs: number | null = null
  const idle = (): Promise<LoadReport> => runLoad(planAt(20, 500, 0), { signal })

  return async (ask: ProbeAsk, isEnough: (interval: LoadInterval) => boolean) =>
    probe(ask, isEnough).catch((error: unknown) => {
      if (signal.aborted) return 'interrupted' as const
      throw error
    })

  async function probe(ask: ProbeAsk, isEnough: (interval: LoadInterval) => boolean): Promise<LoadVerdict> {
    idleMs ??= (await idle()).responseMs.max ?? 0
    const stop = new AbortController()
    let slowestMs = 0
    const report = await runLoad(planAt(ask.ratePerSecond, ask.maxSeconds * 1000, ++probes), {
      signal: AbortSignal.any([signal, stop.signal]),
      onInterval(interval) {
        if (stop.signal.aborted) return
        slowestMs = Math.max(slowestMs, interval.responseMs.max ?? 0)
        if (isEnough(interval)) stop.abort()
      },
    })
    signal.throwIfAborted()
    if (ask.drain && slowestMs > limitMs) await untilIdle(idleMs)
    return isBesideThePoint(report, limitMs) ? 'valid' : report.verdict
  }

  /** At most ten times: a target that never calms down fails the next probe by itself. */
  async function untilIdle(usualMs: number): Promise<void> {
    for (let tries = 0; tries < 10; tries++) {
      const { responseMs, outcomes } = await idle()
      signal.throwIfAborted()
      const isCalm = (responseMs.max ?? Number.POSITIVE_INFINITY) <= Math.max(2 * usualMs, limitMs / 2)
      if (isCalm && outcomes.ok !== undefined) return
    }
  }
}
