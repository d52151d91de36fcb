// Follows one fault to its end, for a terminal: its events as they come, and a countdown between them.

import { systemClock } from '../adapters/clock.ts'
import { takeInterrupts } from '../adapters/interrupts.ts'
import { isAbout, isOver, tellOn, untold } from '../chaos/follow-fault.ts'
import type { SystemEvent } from '../events.ts'
import type { FaultStatus } from '../system/agent-api.ts'
import type { AgentClient } from './agent-client.ts'

/** A breaker that stays open longer than this after the heal is not waited for. */
const closeWithinMs = 15_000

export interface FaultViews {
  /** @param zero epoch ms at which the fault was applied */
  event(event: SystemEvent, zero: number): void
  /** Several times a second; `leftMs` until the lease ends, 0 when it has. */
  tick(leftMs: number): void
}

/** Resolves with the fault as it ended. The first Ctrl-C heals it, the second leaves it to its lease. */
export async function watchFault(
  agent: AgentClient,
  fault: FaultStatus,
  views: FaultViews,
): Promise<FaultStatus> {
  using ctrlC = takeInterrupts()
  const done = new AbortController()
  ctrlC.first.addEventListener('abort', () => void agent.heal(fault.id).catch(() => {})) // the stream's end tells
  ctrlC.second.addEventListener('abort', () => done.abort())
  const tick = (): void => views.tick(Math.max(0, fault.expiresAt - systemClock.now()))
  void (async () => {
    while (!done.signal.aborted) {
      tick()
      await systemClock.sleep(200, done.signal).catch(() => {}) // done: the loop ends
    }
  })()
  let story = untold
  const { firstSeq, zero } = await beginningOf(agent, fault)
  for await (const event of agent.events(firstSeq - 1, done.signal)) {
    if (!isAbout(fault, event)) continue
    views.event(event, zero)
    story = tellOn(story, event)
    if (isOver(story)) break
    if (story.end !== undefined)
      void systemClock.sleep(closeWithinMs, done.signal).then(
        () => done.abort(),
        () => {},
      )
  }
  done.abort()
  const faults = await agent.faults()
  return faults.find(({ id }) => id === fault.id) ?? fault
}

async function beginningOf(
  agent: AgentClient,
  fault: FaultStatus,
): Promise<{ firstSeq: number; zero: number }> {
  const events = (await agent.eventsSoFar()).filter(({ subject }) => subject === `fault:${fault.id}`)
  const applied = events.find(({ type }) => type === 'fault.applied')
  return { firstSeq: events[0]?.seq ?? 1, zero: applied?.at ?? fault.requestedAt }
}
