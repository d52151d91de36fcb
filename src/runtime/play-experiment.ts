// An experiment while it goes on: from the first arrival of the load until everything is put back.
//
//   load ──────────────────────────────────────────▶ report
//   agent's events · probes ─▶ scene
//          steady state ─▶ faults, each at its time ─▶ rolled back, whatever happened

import { systemClock } from '../adapters/clock.ts'
import { firstFaultMs } from '../chaos/experiment/experiment.ts'
import type { Judged } from '../chaos/experiment/judgement.ts'
import type { SystemEvent } from '../events.ts'
import type { LoadPlan } from '../load/plan.ts'
import type { FleetStatus } from '../system/agent-api.ts'
import type { Cleanup } from '../system/experiment-result.ts'
import type { Acknowledged, LoadReport } from '../system/load-report.ts'
import { isAgentGone, type AgentClient } from './agent-client.ts'
import { rollBack, setFaults } from './experiment-faults.ts'
import { ask, type ProbeAnswer } from './experiment-probes.ts'
import type { ExperimentScene } from './experiment-scene.ts'
import { runLoad } from './load.ts'
import { recordInto } from './recorded-load.ts'
import type { RunRecorder } from './runs.ts'

export interface Stage {
  agent: AgentClient
  /** The hold under which its faults are set. */
  heldBy: string
  status: FleetStatus
  plan: LoadPlan
  canaryKey: string
  run: RunRecorder
  /** Filled while the load goes on. */
  acknowledged: Acknowledged[]
}

export async function play(
  scene: ExperimentScene,
  stage: Stage,
): Promise<{ load: LoadReport | undefined; cleanup: Cleanup }> {
  const { agent, heldBy } = stage
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
    const started = Promise.withResolvers<number>()
    const loading = makeLoad(scene, stage, (at) => started.resolve(at))
    loading.catch((error: Error) =>
      scene.end({ kind: 'broken', name: 'the load runs', observed: error.message }),
    )
    const startedAt = await Promise.race([started.promise, loading.then((report) => report.startedAt)])
    askProbes(scene, stage, over.signal)
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

/** Until the signal aborts. What load probes measure, the load tells by itself. */
function askProbes(scene: ExperimentScene, { status, canaryKey, run }: Stage, signal: AbortSignal): void {
  for (const probe of scene.experiment.probes) {
    if (probe.kind === 'load') continue
    const { url } = status.services.find(({ name }) => name === probe.service)!
    const onChange = ({ at, isOk, observed }: ProbeAnswer): void =>
      scene.tell({
        at,
        source: 'agent',
        type: 'probe.result',
        subject: `run:${run.id}`,
        data: { name: probe.name, ok: isOk, observed },
      })
    void ask(probe, { url, canaryKey, signal, onChange })
  }
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
