// What a tripping rule is: it hears of every call that a closed breaker settled and says when to open.

export interface TrippingRule {
  /**
   * Takes note of one settled call, all times from the monotonic clock.
   * Returns why the breaker should open, or undefined to stay closed.
   */
  record(call: SettledCall): string | undefined
}

export interface SettledCall {
  failed: boolean
  /** Took longer than a healthy callee should need, whatever the answer. */
  slow: boolean
  startedMs: number
  settledMs: number
}
