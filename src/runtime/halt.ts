// Halting all faults, which always works: the file that says so counts even when no agent answers.

import { AgentAbsent } from '../adapters/agent-http.ts'
import { isHalted, setHalted } from '../adapters/agent-halt.ts'
import { errors } from '../errors.ts'
import type { FaultStatus } from '../system/agent-api.ts'
import { findAgentToEnd, patienceMs, reachAgent } from './agent-client.ts'

/** Blocks new faults and heals all; works without an agent too. Throws `halt-not-kept` when it only could heal. */
export async function haltFaults(root: string): Promise<{ halted: boolean; healed: FaultStatus[] }> {
  try {
    setHalted(root, true) // first: it counts even when nobody answers
  } catch (error) {
    // On a disk that is full, say: what is broken has to end all the same.
    await (await findAgentToEnd(root))?.heal()
    throw errors.haltNotKept(error as Error)
  }
  const answer = await askIfThere<{ halted: boolean; healed: FaultStatus[] }>(root, 'POST')
  return answer ?? { halted: isHalted(root), healed: [] }
}

export async function liftHalt(root: string): Promise<{ halted: boolean; healed: FaultStatus[] }> {
  setHalted(root, false)
  await askIfThere(root, 'DELETE')
  return { halted: isHalted(root), healed: [] }
}

async function askIfThere<T>(root: string, method: 'POST' | 'DELETE'): Promise<T | undefined> {
  await findAgentToEnd(root)
  try {
    return await reachAgent(root).ask<T>({ method, path: '/halt', withinMs: patienceMs })
  } catch (error) {
    if (error instanceof AgentAbsent) return undefined
    throw error
  }
}
