// Watches a running system: the agent's events say what changes at the moment it does, and the agent is asked
// for all of it after each of them and once a second, because a breaker's remaining time and a service's
// readiness are in no event.

import { systemClock } from '../adapters/clock.ts'
import type { SystemEvent } from '../events.ts'
import { liveSystem, type Look } from '../observe/live-system.ts'
import type { LiveSystem } from '../system/live-system.ts'
import { isAgentGone, type AgentClient } from './agent-client.ts'

export interface SystemWatch {
  live(): LiveSystem
  /** The newest last. */
  news(): readonly SystemEvent[]
  /** Resolves when the agent is gone, or the signal has aborted. */
  ended: Promise<void>
}

const lookEveryMs = 1000
/** Events come in bursts; one look after them is enough. */
const lookAfterEventMs = 100
/** As many as any view of them shows, and then some: a fault alone brings a dozen. */
const keptEvents = 500

export interface Snapshot {
  live: LiveSystem
  news: readonly SystemEvent[]
}

/** The system as it is now. */
export async function lookOnce(agent: AgentClient): Promise<Snapshot> {
  const [seen, events] = await Promise.all([look(agent), agent.eventsSoFar()])
  return { live: liveSystem(seen, events), news: events }
}

/** Resolves once it was looked at. */
export async function watchSystem(agent: AgentClient, signal: AbortSignal): Promise<SystemWatch> {
  const state = { look: await look(agent), events: [] as SystemEvent[], isNews: false }
  const over = new AbortController()
  const ending = AbortSignal.any([signal, over.signal])

  const follow = async (): Promise<void> => {
    for await (const event of agent.events(0, ending)) {
      state.events = [...state.events, event].slice(-keptEvents)
      state.isNews ||= event.at >= state.look.askedAt
    }
  }
  const lookAgain = async (): Promise<void> => {
    for (;;) {
      const due = systemClock.monotonicMs() + lookEveryMs
      do await systemClock.sleep(lookAfterEventMs, ending)
      while (!state.isNews && systemClock.monotonicMs() < due)
      state.isNews = false
      state.look = await look(agent)
    }
  }
  const goneOrAborted = (error: unknown): void => {
    if (!ending.aborted && !isAgentGone(error)) throw error
  }
  const ended = Promise.race([follow(), lookAgain()]).catch(goneOrAborted)
  return {
    live: () => liveSystem(state.look, state.events),
    news: () => state.events,
    ended: ended.finally(() => over.abort()),
  }
}

async function look(agent: AgentClient): Promise<Look> {
  const askedAt = systemClock.now()
  const [status, breakers] = await Promise.all([agent.status(), agent.breakers()])
  return { askedAt, status, breakers }
}
