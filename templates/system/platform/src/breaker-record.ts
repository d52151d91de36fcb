// What a breaker tells about itself: in `GET /breakers`, in its events and in metrics.

export type BreakerStateName = 'closed' | 'open' | 'half_open' | 'forced_open' | 'disabled'

export interface Transition {
  /** Epoch milliseconds. */
  at: number
  from: BreakerStateName
  to: BreakerStateName
  reason: string
}

/** As `GET /breakers` shows it. */
export interface BreakerSnapshot {
  name: string
  state: BreakerStateName
  /** Epoch milliseconds of the last transition, or of the start. */
  since: number
  failureRate: number
  slowRate: number
  /** Calls in the window of the rates. */
  calls: number
  openRemainingMs: number
  transitions: Transition[]
}

/** How many calls ended how since the start; `stale` ones came back after a change of state. */
export interface CallCounts {
  success: number
  failure: number
  ignored: number
  rejected: number
  stale: number
}
