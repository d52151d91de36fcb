// Asks an open breaker's callee how it is, beside the traffic, so that nobody has to wait for the open
// time to pass when the callee is back already: after a long outage that time is 15 seconds.
//
//   open ──▶ every 500 ms: GET /readyz through the edge's own URL ──▶ 2xx in time ──▶ breaker.probeSucceeded()
//
// One probe at a time, and none while the breaker is not open.

import type { Transition } from './breaker.ts'
import type { Timer, Timers } from './timers.ts'

export interface RecoveryProbe {
  /** To be told of each transition of the breaker. */
  heed(transition: Transition): void
  stop(): void
}

export interface RecoveryProbeOptions {
  everyMs: number
  timers: Timers
  /** Whether the callee says that it is well; gives its answer in bounded time. */
  ask: () => Promise<boolean>
  onAnswer: () => void
}

export function createRecoveryProbe({ everyMs, timers, ask, onAnswer }: RecoveryProbeOptions): RecoveryProbe {
  let timer: Timer | undefined
  // An answer to a question of an earlier outage is no answer to this one.
  let outage = 0

  return {
    heed({ to }) {
      stop()
      if (to === 'open' && everyMs > 0) schedule(outage)
    },
    stop,
  }

  function stop(): void {
    outage += 1
    if (timer !== undefined) timers.stop(timer)
    timer = undefined
  }

  function schedule(current: number): void {
    timer = timers.start(everyMs, () => void probe(current))
  }

  async function probe(current: number): Promise<void> {
    const isWell = await ask().catch(() => false) // no answer of any kind is a no
    if (current !== outage) return
    // Goes on after a yes that the breaker did not trust.
    schedule(current)
    if (isWell) onAnswer()
  }
}
