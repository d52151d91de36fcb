// Virtual time: a clock and the timers that go with it. Nothing happens until a test lets time pass.

import type { Clock } from '../src/clock.ts'
import type { Timer, Timers } from '../src/timers.ts'

export interface VirtualTime {
  clock: Clock
  timers: Timers
  /** Lets time pass, firing what is due on the way, each after everything before it has settled. */
  pass(ms: number): Promise<void>
  /** Timers that are still waiting. */
  waiting(): number
}

export function createVirtualTime(): VirtualTime {
  let nowMs = 1_000_000
  const waiting = new Map<Timer, { dueMs: number; onTime: () => void }>()

  return {
    clock: { monotonicMs: () => nowMs, epochMs: () => 1_700_000_000_000 + nowMs },
    timers: {
      start(delayMs, onTime) {
        const timer = {}
        waiting.set(timer, { dueMs: nowMs + Math.max(0, delayMs), onTime })
        return timer
      },
      stop: (timer) => void waiting.delete(timer),
    },
    async pass(ms) {
      const endMs = nowMs + ms
      await settled()
      for (;;) {
        const [next] = [...waiting].toSorted(([, one], [, other]) => one.dueMs - other.dueMs)
        if (next === undefined || next[1].dueMs > endMs) break
        waiting.delete(next[0])
        nowMs = Math.max(nowMs, next[1].dueMs)
        next[1].onTime()
        await settled()
      }
      nowMs = endMs
    },
    waiting: () => waiting.size,
  }
}

/** Promises settle in microtasks, and all of those run before the next macrotask. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
