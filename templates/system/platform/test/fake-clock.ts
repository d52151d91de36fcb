// A clock that stands still until a test moves it.

import type { Clock } from '../src/clock.ts'

export interface FakeClock extends Clock {
  advance(ms: number): void
}

export function createFakeClock(): FakeClock {
  let nowMs = 1_000_000
  return {
    monotonicMs: () => nowMs,
    epochMs: () => 1_700_000_000_000 + nowMs,
    advance(ms) {
      nowMs += ms
    },
  }
}
