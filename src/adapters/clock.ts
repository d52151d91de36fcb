// The machine's clock.
//
// Date.now() has whole milliseconds; timeOrigin + performance.now() keeps the fraction, and all
// processes of one machine agree on it closely enough to order events between them.

import { setTimeout as wait } from 'node:timers/promises'
import type { Clock } from '../ports.ts'

export const systemClock: Clock = {
  now: () => {
    const exact = performance.timeOrigin + performance.now()
    // A machine that slept, or whose clock was set, has drifted from timeOrigin: trust the wall clock.
    const wall = Date.now()
    return Math.abs(exact - wall) < maximumDriftMs ? exact : wall
  },
  monotonicMs: () => performance.now(),
  sleep: async (ms, signal) => {
    try {
      await wait(ms, undefined, signal === undefined ? {} : { signal })
    } catch (error) {
      throw signal?.aborted ? signal.reason : error
    }
  },
}

const maximumDriftMs = 5
