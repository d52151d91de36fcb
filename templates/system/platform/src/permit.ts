// What a breaker answers to who wants to call: leave to do so once, or a refusal.

import type { BreakerStateName } from './breaker-record.ts'

/** Leave to make one call. Settle it exactly once; a second time does nothing. */
export interface Permit {
  admitted: true
  /** The callee answered, and the answer does not speak against its health. */
  succeed(): void
  /** The callee did not answer, or answered that it is broken. */
  fail(): void
  /** The call says nothing about the callee: the caller gave up. */
  ignore(): void
}

export interface Refusal {
  admitted: false
  state: BreakerStateName
  retryAfterMs: number
}

export type Outcome = 'success' | 'failure' | 'ignored'

/** How a breaker hears of the one outcome of a permit, with the generation in which it was given. */
export type SettlePermit = (outcome: Outcome, generation: number, startedMs: number) => void

// A class, because 10,000 permits a second should share their functions.
export class IssuedPermit implements Permit {
  readonly admitted = true
  private isSettled = false
  private readonly settlePermit: SettlePermit
  private readonly generation: number
  private readonly startedMs: number

  constructor(settlePermit: SettlePermit, generation: number, startedMs: number) {
    this.settlePermit = settlePermit
    this.generation = generation
    this.startedMs = startedMs
  }

  succeed(): void {
    this.settle('success')
  }

  fail(): void {
    this.settle('failure')
  }

  ignore(): void {
    this.settle('ignored')
  }

  private settle(outcome: Outcome): void {
    if (this.isSettled) return
    this.isSettled = true
    this.settlePermit(outcome, this.generation, this.startedMs)
  }
}
