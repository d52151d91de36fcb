// Runs an experiment on a running system: load, the steady state before, faults at their times, what must be
// seen, and everything put back, whatever happens.
//
// Nothing here keeps a fault alive: each is leased for its own time with the agent, which ends it also when
// this process is killed.

import { systemClock } from '../adapters/clock.ts'
import type { Experiment } from '../chaos/experiment/experiment.ts'
import { firstFaultMs } from '../chaos/experiment/experiment.ts'
import type { Judged } from '../chaos/experiment/judgement.ts'
import { expectationsIn, faultsIn } from '../chaos/experiment/result.ts'
import { verdictOf } from '../chaos/experiment/verdict.ts'
import { errors, UserError } from '../errors.ts'
import type { SystemEvent } from '../events.ts'
import type { LoadPlan } from '../load/plan.ts'
import type { FleetStatus } from '../system/agent-api.ts'
import type { Cleanup, ExperimentResult } from '../system/experiment-result.ts'
import type { Acknowledged, LoadReport } from '../system/load-report.ts'
import { connectAgent, isAgentGone, type AgentClient } from './agent-client.ts'
import { openScene, type ExperimentScene, type ExperimentWatch } from './experiment-scene.ts'
import { setFaults, rollBack } from './experiment-faults.ts'
import { invariantsHold, type CheckInvariants, type InvariantFound } from './experiment-invariants.ts'
import { ask } from './experiment-probes.ts'
import { runLoad } from './load.ts'
import type { ReadyExperiment } from './read-experiment.ts'
import { eventsSince, recordInto } from './recorded-load.ts'
import { openRun, type RunRecorder } from './runs.ts'

export interface ExperimentOptions {
  signal: AbortSignal
  watch: ExperimentWatch
  /** What `expect: invariants` checks. */
  checkInvariants?: CheckInvariants
  /** How long the invariants may take to hold once all is over. */
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

const defaultSettleMs = 15_000
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
  const played = await play(scene, { agent, status, plan, canaryKey, run, acknowledged })
  const invariants = await checkAtEnd(scene, { ready, acknowledged, options })
  const judged = [...scene.judged(true), ...invariants.map(asJudged), ...endOf(scene, signal)]
  noteInvariants(run, invariants, watch)

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
    expectations: expectationsIn(judged),
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

interface Stage {
  agent: AgentClient
  status: FleetStatus
  plan: LoadPlan
  canaryKey: string
  run: RunRecorder
  /** Filled while the load goes on. */
  acknowledged: Acknowledged[]
}

/** From the first arrival until everything is put back. */
async function play(
  scene: ExperimentScene,
  stage: Stage,
): Promise<{ load: LoadReport | undefined; cleanup: Cleanup }> {
  const { agent, status } = stage
  const over = new AbortController()
  const lastSeq = (await agent.eventsSoFar()).at(-1)?.seq ?? 0
  let heardSeq = lastSeq
  const hear = (event: SystemEvent): void => {
    heardSeq = event.seq
    scene.hear(event)
  }
  const following = follow(scene, agent, { after: lastSeq, signal: over.signal, hear })
  const tooLong = AbortSignal.timeout(scene.experiment.limits.maxDurationMs)
  tooLong.addEventListener('abort', () =>
    scene.end({
      kind: 'halted',
      name: 'halt: limits.maxDuration',
      observed: 'the time of the experiment is over',
    }),
  )
  let load: LoadReport | undefined
  try {
    const heldBy = await agent.hold(over.signal)
    const started = Promise.withResolvers<number>()
    const loading = makeLoad(scene, stage, (at) => started.resolve(at))
    loading.catch((error: Error) =>
      scene.end({ kind: 'broken', name: 'the load runs', observed: error.message }),
    )
    const startedAt = await Promise.race([started.promise, loading.then((report) => report.startedAt)])
    for (const probe of scene.experiment.probes) {
      if (probe.kind === 'load') continue
      const { url } = status.services.find(({ name }) => name === probe.service)!
      const onChange = ({ at, isOk, observed }: { at: number; isOk: boolean; observed: string }): void =>
        scene.tell({
          at,
          source: 'agent',
          type: 'probe.result',
          subject: `run:${stage.run.id}`,
          data: { name: probe.name, ok: isOk, observed },
        })
      void ask(probe, { url, canaryKey: stage.canaryKey, signal: over.signal, onChange })
    }
    if (await steadyStateHolds(scene, startedAt)) await setFaults(scene, { agent, heldBy, startedAt })
    load = await loading
  } catch (error) {
    // Before the first arrival nothing was set; what a user can mend is told as it is.
    if (scene.faultIds().every((id) => id === undefined)) await stage.run.discard()
    throw error
  } finally {
    await rollBack(scene, agent)
    over.abort()
    await following
    // What rolling back did is still on its way: without it, a fault would be judged as never healed.
    for (const event of await eventsAfter(agent, heardSeq)) hear(event)
  }
  return { load, cleanup: await cleanupOf(scene, agent) }
}

function makeLoad(
  scene: ExperimentScene,
  { plan, run, acknowledged }: Stage,
  onStarted: (at: number) => void,
): Promise<LoadReport> {
  let startedAt = 0
  return runLoad(
    plan,
    recordInto(run, {
      signal: scene.ending,
      onStarted(at) {
        startedAt = at
        scene.loadStarted(at)
        onStarted(at)
      },
      onInterval: (data) =>
        scene.tell({
          at: startedAt + (data.second + 1) * 1000,
          source: 'load',
          type: 'load.interval',
          subject: `run:${run.id}`,
          data,
        }),
      onAcknowledged: (lines) => acknowledged.push(...lines),
    }),
  )
}

/** The agent's events, until over; its end is the end of the experiment. */
async function follow(
  scene: ExperimentScene,
  agent: AgentClient,
  { after, signal, hear }: { after: number; signal: AbortSignal; hear(event: SystemEvent): void },
): Promise<void> {
  try {
    for await (const event of agent.events(after, signal)) hear(event)
  } catch (error) {
    if (!signal.aborted && !isAgentGone(error)) throw error
  }
  if (!signal.aborted) {
    scene.end({
      kind: 'broken',
      name: 'the agent answers',
      observed: 'the agent ended during the experiment',
    })
  }
}

async function eventsAfter(agent: AgentClient, seq: number): Promise<SystemEvent[]> {
  try {
    return await agent.eventsSoFar(seq)
  } catch (error) {
    if (!isAgentGone(error)) throw error
    return []
  }
}

/** Waits until the seconds before the first fault are told; ends the experiment when they are no good. */
async function steadyStateHolds(scene: ExperimentScene, startedAt: number): Promise<boolean> {
  const { experiment, ending } = scene
  const dueAt = startedAt + firstFaultMs(experiment)
  const deadline = dueAt + experiment.load.timeoutMs + 2000
  const baseline = (): Judged[] => scene.judged(false).filter(({ concerns }) => concerns === 'baseline')
  for (;;) {
    if (ending.aborted) return false
    const now = systemClock.now()
    const states = baseline().map(({ state }) => state)
    if (now >= dueAt && states.every((state) => state === 'met')) return true
    if (states.includes('missed') || now > deadline) {
      scene.end({ kind: 'no-baseline' })
      return false
    }
    await systemClock.sleep(Math.min(50, Math.max(5, dueAt - now)), ending).catch(() => {}) // asked at the top
  }
}

async function cleanupOf(scene: ExperimentScene, agent: AgentClient): Promise<Cleanup> {
  const ours = new Set(scene.faultIds())
  try {
    const faults = await agent.faults()
    const left = faults.filter(
      ({ id, state, healedAt }) => ours.has(id) && state !== 'healed' && healedAt === null,
    )
    return left.length === 0 ? 'CLEAN' : 'RESIDUAL'
  } catch (error) {
    // Its fleet ends with it, and so do the faults.
    if (isAgentGone(error)) return 'CLEAN'
    throw error
  }
}

async function checkAtEnd(
  scene: ExperimentScene,
  parts: {
    ready: ReadyExperiment
    acknowledged: Acknowledged[]
    options: ExperimentOptions
  },
): Promise<InvariantFound[]> {
  const { ready, acknowledged, options } = parts
  if (!scene.experiment.checksInvariants || scene.ending.aborted) return []
  options.watch.note('checking the invariants')
  const { checkInvariants = invariantsHold, settleMs = defaultSettleMs, signal } = options
  try {
    return await checkInvariants({ root: ready.root, acknowledged, settleMs, signal })
  } catch (error) {
    if (!signal.aborted && !(error instanceof UserError)) throw error
    return [{ name: 'invariants', expected: 'they can be checked', isMet: false, observed: String(error) }]
  }
}

const asJudged = ({ name, expected, isMet, observed }: InvariantFound): Judged => ({
  name,
  expected,
  state: isMet ? 'met' : 'missed',
  observed,
  concerns: 'hypothesis',
})

function noteInvariants(run: RunRecorder, results: readonly InvariantFound[], watch: ExperimentWatch): void {
  for (const result of results) {
    const { name, expected, observed, isMet } = result
    run.append({
      at: systemClock.now(),
      source: 'load',
      type: isMet ? 'expectation.met' : 'expectation.missed',
      subject: `run:${run.id}`,
      data: { name, expected, observed },
    })
    watch.judged(asJudged(result))
  }
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
