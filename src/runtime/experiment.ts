// Runs an experiment on a running system: load, the steady state before, faults at their times, what must be
// seen, and everything put back, whatever happens.
//
// Nothing here keeps a fault alive: each is leased for its own time with the agent, which ends it also when
// this process is killed.

import { systemClock } from '../adapters/clock.ts'
import type { Experiment } from '../chaos/experiment/experiment.ts'
import type { Judged } from '../chaos/experiment/judgement.ts'
import { expectationsIn, faultsIn } from '../chaos/experiment/result.ts'
import { verdictOf } from '../chaos/experiment/verdict.ts'
import { errors } from '../errors.ts'
import type { LoadPlan } from '../load/plan.ts'
import type { FleetStatus } from '../system/agent-api.ts'
import type { ExperimentResult } from '../system/experiment-result.ts'
import type { Acknowledged } from '../system/load-report.ts'
import { connectAgent } from './agent-client.ts'
import { openScene, type ExperimentScene, type ExperimentWatch } from './experiment-scene.ts'
import { invariantsAtEnd, tellInvariants, type CheckInvariants } from './experiment-invariants.ts'
import { play } from './play-experiment.ts'
import { runLoad } from './load.ts'
import type { ReadyExperiment } from './read-experiment.ts'
import { eventsSince } from './recorded-load.ts'
import { openRun } from './runs.ts'

export interface ExperimentOptions {
  signal: AbortSignal
  watch: ExperimentWatch
  /** What `expect: invariants` checks. */
  checkInvariants?: CheckInvariants
  /** How long to wait for the invariants once all is over, while nothing of what is under way settles. */
  settleMs?: number
}

export interface FinishedExperiment {
  result: ExperimentResult
  judged: Judged[]
  /** Path of report.html. */
  report: string
  folder: string
  isInterrupted: boolean
  /** Epoch ms. */
  startedAt: number
  endedAt: number
}

/** Enough to see every kind of request in every second, and nothing beside the load. */
const canariesPerSecond = 5

/** Throws a UserError when it cannot begin; once it has begun, every end is a result. */
export async function runExperiment(
  ready: ReadyExperiment,
  options: ExperimentOptions,
): Promise<FinishedExperiment> {
  const { root, experiment, system } = ready
  const { signal, watch } = options
  const agent = await connectAgent(root)
  using ending = new DisposableStack()
  const over = ending.adopt(new AbortController(), (controller) => controller.abort())
  // Before the first request: it would be load in the figures of an experiment that goes on.
  const heldBy = await agent.hold(over.signal)
  const status = await agent.status()
  refuseBusy(status)
  const baseUrl = status.services.find(({ name }) => name === system.entry)!.url
  const canaryKey = await agent.canaryKey()
  const plan = loadPlan(ready, { baseUrl, canaryKey })
  await warmUp(plan, experiment, options)

  const run = await openRun({
    root,
    system: system.name,
    kind: 'experiment',
    title: experiment.name,
    target: baseUrl,
  })
  const scene = openScene({ experiment, run, watch, signal })
  const startedAt = systemClock.now()
  const acknowledged: Acknowledged[] = []
  const played = await play(scene, { agent, heldBy, status, plan, canaryKey, run, acknowledged })
  const invariants = await invariantsAtEnd(scene, { root, acknowledged, ...options })
  const judged = [...scene.judged(true), ...invariants, ...endOf(scene, signal)]
  tellInvariants(run, invariants, watch)

  const { cleanup, load } = played
  const verdict = verdictOf({
    expectations: judged,
    cleanup,
    wasHalted: signal.aborted || scene.earlyEnd()?.kind === 'halted',
    load,
  })
  const result: ExperimentResult = {
    version: 1,
    verdict,
    cleanup,
    expectations: expectationsIn(judged, verdict),
    faults: faultsIn(experiment, scene.observed(), scene.known(true)),
    load: load ?? null,
    runId: run.id,
  }
  const { endedAt } = await run.finish({
    verdict,
    summary: {
      ...(load && { load }),
      experiment: { cleanup, expectations: result.expectations, faults: result.faults },
    },
    agentEvents: await eventsSince(agent, startedAt),
  })
  return {
    result,
    judged,
    report: run.report,
    folder: run.folder,
    isInterrupted: signal.aborted,
    startedAt,
    endedAt,
  }
}

/** Whoever breaks the system beside us would be blamed on our faults. */
function refuseBusy({ halted, faults }: FleetStatus): void {
  if (halted) throw errors.faultsHalted()
  const open = faults.find(({ state }) => state !== 'healed' && state !== 'failed')
  if (open !== undefined) throw errors.systemIsBroken(open)
}

const loadPlan = (
  { experiment, scenario }: ReadyExperiment,
  { baseUrl, canaryKey }: { baseUrl: string; canaryKey: string },
): LoadPlan => {
  const { ratePerSecond, durationMs, timeoutMs } = experiment.load
  const { seed } = experiment
  return {
    target: { baseUrl, scenario },
    ratePerSecond,
    durationMs,
    timeoutMs,
    seed,
    tellsRequests: true,
    canaries: { key: canaryKey, perSecond: canariesPerSecond },
  }
}

/** The first requests compile the services' code: sent gently, and not judged. */
async function warmUp(
  plan: LoadPlan,
  { load }: Experiment,
  { signal, watch }: ExperimentOptions,
): Promise<void> {
  if (load.warmUpMs === 0) return
  watch.note(`warming up for ${load.warmUpMs / 1000} s, not judged`)
  const ratePerSecond = Math.max(1, load.ratePerSecond / 5)
  await runLoad({ ...plan, ratePerSecond, durationMs: load.warmUpMs, tellsRequests: false }, { signal })
  signal.throwIfAborted()
}

/** Why it ended early, as one more expectation that was missed. */
function endOf(scene: ExperimentScene, signal: AbortSignal): Judged[] {
  const early = scene.earlyEnd()
  const missed = (name: string, observed: string): Judged[] => [
    { name, expected: 'the experiment runs to its end', state: 'missed', observed, concerns: 'experiment' },
  ]
  if (signal.aborted) return missed('halt: interrupted', 'somebody asked for the end')
  if (early === undefined || early.kind === 'no-baseline') return []
  return missed(early.name, early.observed)
}
