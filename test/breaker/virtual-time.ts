// Time that only a test turns, and chance that repeats itself: for our breaker, which is handed both, and
// for libraries that use the global Date, timers and Math.random. Works under vitest and in a plain script.

import { mock } from 'node:test'
import type { Clock } from '../../templates/system/platform/src/clock.ts'
import { fractions } from './fractions.ts'

export interface VirtualTime extends Disposable {
  clock: Clock
  /** Milliseconds since it began. */
  nowMs(): number
  /** Fires the timers on the way, then lets every promise that is due run. */
  advance(ms: number): Promise<void>
  /** Lets every promise that is due run; no time passes. */
  settle(): Promise<void>
  /** Sets the wall clock, and only that, forward or back. */
  setWallClock(byMs: number): void
}

const epochMs = 1_700_000_000_000

/** One at a time: the globals are replaced until it is disposed. */
export function virtualTime(): VirtualTime {
  let now = 0
  mock.timers.enable({ apis: ['setTimeout', 'setInterval', 'Date'], now: epochMs })
  const chance = mock.method(Math, 'random', fractions(1))
  let wallOffsetMs = 0
  const settle = (): Promise<void> =>
    new Promise((resolve) => {
      setImmediate(resolve)
    })
  return {
    clock: { monotonicMs: () => now, epochMs: () => epochMs + wallOffsetMs + now },
    nowMs: () => now,
    async advance(ms) {
      now += ms
      mock.timers.tick(ms)
      await settle()
    },
    settle,
    setWallClock(byMs) {
      wallOffsetMs += byMs
      mock.timers.setTime(epochMs + wallOffsetMs + now)
    },
    [Symbol.dispose]() {
      mock.timers.reset()
      chance.mock.restore()
    },
  }
}
