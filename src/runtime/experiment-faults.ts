// The faults of an experiment: each set at its time, and all of them ended when it ends.

import { systemClock } from '../adapters/clock.ts'
import type { PlannedFault } from '../chaos/experiment/experiment.ts'
import { UserError } from '../errors.ts'
import { isAgentGone, type AgentClient } from './agent-client.ts'
import type { ExperimentScene } from './experiment-scene.ts'

export interface FaultsOfExperiment {
  agent: AgentClient
  /** They end with it, so that none outlives this process. */
  heldBy: string
  startedAt: number
}

/** Resolves when all are set, or the experiment ends. */
export async function setFaults(scene: ExperimentScene, faults: FaultsOfExperiment): Promise<void> {
  const { startedAt } = faults
  await Promise.all(
    scene.experiment.method.map(async (fault, index) => {
      const waitMs = Math.max(0, startedAt + fault.atMs - systemClock.now())
      await systemClock.sleep(waitMs, scene.ending).catch(() => {}) // asked next
      if (!scene.ending.aborted) await set(scene, faults, { fault, index })
    }),
  )
}

async function set(
  scene: ExperimentScene,
  { agent, heldBy }: FaultsOfExperiment,
  { fault, index }: { fault: PlannedFault; index: number },
): Promise<void> {
  const { kind, target, forMs, options } = fault
  try {
    const { id } = await agent.fault({ kind, target, forMs, ...options }, heldBy)
    scene.named(index, id)
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    // Set and undone again, or not: then it is among those that are healed at the end, and asked for.
    const id = error.data?.['fault']
    if (typeof id === 'string') scene.named(index, id)
    scene.refused(index, error.message)
    scene.end({ kind: 'broken', name: `${fault.name} can be set`, observed: error.message })
  }
}

/** What is over by now is left alone; the agent ends by their leases those that cannot be asked for. */
export async function rollBack(scene: ExperimentScene, agent: AgentClient): Promise<void> {
  scene.rollingBack()
  try {
    await Promise.all(scene.faultIds().flatMap((id) => (id === undefined ? [] : [agent.heal(id)])))
  } catch (error) {
    if (!isAgentGone(error)) throw error
  }
}
