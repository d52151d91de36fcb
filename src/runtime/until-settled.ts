// Waits for what is under way: as long as it gets less, and no longer than `withinMs` without. A machine that is slow
// is thus not taken for a system that loses things, and a system in which nothing moves any more is found out as soon.

import type { Clock } from '../ports.ts'

export interface Looked<Found> {
  found: Found
  /** How much is still under way, or lost: one cannot be told from the other, but by waiting. */
  left: number
}

export interface SettlingOptions<Found> {
  withinMs: number
  everyMs: number
  clock: Clock
  signal?: AbortSignal | undefined
  /** undefined when it cannot be seen at the moment, which the last look has to say in its own words. */
  look(isLast: boolean): Promise<Looked<Found> | undefined>
}

export async function untilSettled<Found>(
  options: SettlingOptions<Found>,
): Promise<Looked<Found> & { waitedMs: number }> {
  const { withinMs, everyMs, clock, signal, look } = options
  const startedMs = clock.monotonicMs()
  let least = Infinity
  let movedMs = startedMs
  for (;;) {
    const askedMs = clock.monotonicMs()
    const isLast = askedMs - movedMs >= withinMs
    const looked = await look(isLast)
    if (looked !== undefined) {
      const hasMoved = looked.left < least
      if (looked.left === 0 || (isLast && !hasMoved)) {
        return { ...looked, waitedMs: Math.round(askedMs - startedMs) }
      }
      if (hasMoved && least !== Infinity) movedMs = clock.monotonicMs()
      least = Math.min(least, looked.left)
    }
    await clock.sleep(everyMs, signal)
  }
}
