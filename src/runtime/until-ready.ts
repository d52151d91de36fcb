// Waits until every service of a fleet is ready, or says which one is not and why.

import { join } from 'node:path'
import { systemClock } from '../adapters/clock.ts'
import { errors, type UserError } from '../errors.ts'
import type { SystemEvent } from '../events.ts'
import type { ServiceStatus } from '../system/agent-api.ts'
import type { AgentClient } from './agent-client.ts'

export interface ReadyWait {
  agent: AgentClient
  root: string
  /** How long the services may take, together. */
  readyWithinMs: number
  onEvent?: ((event: SystemEvent) => void) | undefined
  signal?: AbortSignal | undefined
}

/**
 * For a fleet that we have just started: a service that ends before it was ready fails the start; one that ends
 * after that is waited for once more.
 */
export async function untilStarted(
  services: string[],
  { agent, root, readyWithinMs, onEvent, signal }: ReadyWait,
): Promise<void> {
  const patience = AbortSignal.timeout(readyWithinMs)
  const missing = new Set(services)
  for await (const event of agent.events(0, AbortSignal.any([patience, ...(signal ? [signal] : [])]))) {
    onEvent?.(event)
    if (event.type === 'service.ready') missing.delete(event.subject)
    if (missing.size === 0) return
    if (event.type === 'service.exited' && !event.data.expected) {
      const { code, signal: by } = event.data
      const why = by === null ? `it ended with code ${code}` : `it was ended by ${by}`
      if (missing.has(event.subject)) throw await notReady(agent, event.subject, why)
      missing.add(event.subject)
    }
  }
  signal?.throwIfAborted()
  const [slow = ''] = missing
  if (!patience.aborted) throw errors.agentDied([], join(root, '.msvc', 'logs', 'agent.log'))
  throw await notReady(agent, slow, `no answer of 200 within ${readyWithinMs / 1000} s`)
}

const lookEveryMs = 100
/** Waiting does not help: somebody has to do something first. */
const isStuck = ({ state }: ServiceStatus): boolean => state === 'crash-looped' || state === 'held'

/** For a fleet that others started, whatever it went through before: its state counts, not its history. */
export async function untilAllReady({
  agent,
  readyWithinMs,
  signal,
}: Omit<ReadyWait, 'root'>): Promise<void> {
  const deadline = systemClock.monotonicMs() + readyWithinMs
  for (;;) {
    signal?.throwIfAborted()
    const unready = (await agent.status()).services.filter(({ state }) => state !== 'ready')
    const [first] = unready
    if (first === undefined) return
    const stuck = unready.find(isStuck)
    if (stuck !== undefined) throw await notReady(agent, stuck.name, stuck.detail ?? stuck.state)
    if (systemClock.monotonicMs() > deadline) {
      const state = [first.state, first.detail].filter(Boolean).join(', ')
      throw await notReady(agent, first.name, `still ${state} after ${readyWithinMs / 1000} s`)
    }
    await systemClock.sleep(lookEveryMs, signal)
  }
}

async function notReady(agent: AgentClient, service: string, why: string): Promise<UserError> {
  const lines: string[] = []
  for await (const { line } of agent.logs({ services: [service], tail: 10 })) lines.push(line)
  return errors.serviceNotReady(service, why, lines)
}
