// Simulated time for the policy: a list of what happens when, run in order, with room for promises
// between two moments.

import type { Clock } from '../../templates/system/platform/src/clock.ts'
import type { Timers } from '../../templates/system/platform/src/timers.ts'

export interface Simulation {
  clock: Clock
  timers: Timers
  at(ms: number, what: () => void): void
  /** Resolves after so many simulated milliseconds. */
  sleep(ms: number): Promise<void>
  /** Runs everything that is due before that moment. */
  runUntil(ms: number): Promise<void>
}

interface Due {
  ms: number
  what: () => void
}

export function createSimulation(): Simulation {
  let now = 0
  // Sorted, the next one last. Equal times keep the order in which they were asked for.
  const dues: Due[] = []
  const add = (due: Due): Due => {
    let low = 0
    let high = dues.length
    while (low < high) {
      const middle = (low + high) >> 1
      if (dues[middle]!.ms > due.ms) low = middle + 1
      else high = middle
    }
    dues.splice(low, 0, due)
    return due
  }
  return {
    clock: { monotonicMs: () => now, epochMs: () => now },
    timers: {
      start: (delayMs, what) => add({ ms: now + delayMs, what }),
      stop(timer) {
        const index = dues.indexOf(timer as Due)
        if (index >= 0) dues.splice(index, 1)
      },
    },
    at: (ms, what) => void add({ ms, what }),
    sleep: (ms) => new Promise((resolve) => void add({ ms: now + ms, what: resolve })),
    async runUntil(endMs) {
      while (dues.length > 0 && dues.at(-1)!.ms <= endMs) {
        now = dues.at(-1)!.ms
        while (dues.length > 0 && dues.at(-1)!.ms === now) dues.pop()!.what()
        await new Promise((resolve) => {
          setImmediate(resolve)
        })
      }
      now = endMs
      await new Promise((resolve) => {
        setImmediate(resolve)
      })
    },
  }
}
