// A halt that did not come through the agent (its file alone) is honoured too.

import type { FaultDesk } from '../chaos/fault-desk.ts'
import type { Clock } from '../ports.ts'
import type { EdgeProxies } from './edge-proxies.ts'
import { healAllGuests } from './guest-faults.ts'

const haltCheckMs = 250

/** Resolves when the signal aborts. */
export async function honourHalt(
  parts: {
    isHalted(): boolean
    desk: FaultDesk
    edges: EdgeProxies | undefined
    clock: Pick<Clock, 'now' | 'sleep'>
  },
  ending: AbortSignal,
): Promise<void> {
  const { isHalted, desk, edges, clock } = parts
  let wasHalted = false
  while (!ending.aborted) {
    await clock.sleep(haltCheckMs, ending).catch(() => {}) // the end is what we wait for
    const isNow = isHalted()
    // A lift and another halt may have passed unseen between two looks.
    const isAnyActive = desk.list().some(({ state }) => state === 'active')
    // Once, since what cannot be healed stays so.
    if (isNow && (!wasHalted || isAnyActive)) void desk.healAll('halt')
    if (isNow && !wasHalted && edges !== undefined) void healAllGuests(edges, clock)
    wasHalted = isNow
  }
}
