// A circuit breaker: stops calling a callee that does not answer, and finds out when it does again.
//
//              a rule trips                 open time passed
//   ┌────────┐ ───────────▶ ┌──────┐ ─────────────────────────▶ ┌───────────┐
//   │ closed │              │ open │                            │ half_open │
//   └────────┘              └──────┘ ◀───────────────────────── └───────────┘
//        ▲                             a trial failed or was slow     │
//        └────────────────────────────────────────────────────────────┘
//                              3 of 3 trials succeeded
//
// forced_open and disabled are set by hand, for a time; then the breaker starts anew as closed.
//
// Three things keep it right under concurrency:
// - `acquire` decides in one synchronous step: nobody waits, nobody slips in between.
// - A permit carries the generation in which it was given. Each change of state starts a new one, so
//   that a late answer to an old question steers nothing.
// - Only the monotonic clock counts time; epoch time is for the record.

import type { Clock } from './clock.ts'
import { createFastTrip, type FastTripOptions } from './fast-trip.ts'
import { createRateRule, type RateRuleOptions } from './rate-rule.ts'
import type { SettledCall, TrippingRule } from './tripping-rule.ts'

export type BreakerStateName = 'closed' | 'open' | 'half_open' | 'forced_open' | 'disabled'

/** `untilMs` is a moment of the monotonic clock. */
type State =
  | { name: 'closed' }
  | { name: 'open'; untilMs: number }
  | HalfOpen
  | { name: 'forced_open' | 'disabled'; untilMs: number }

interface HalfOpen {
  name: 'half_open'
  permitsLeft: number
  succeeded: number
  untilMs: number
}

type Outcome = 'success' | 'failure' | 'ignored'

export interface Transition {
  /** Epoch milliseconds. */
  at: number
  from: BreakerStateName
  to: BreakerStateName
  reason: string
}

export interface BreakerOptions {
  /** `caller:callee`. */
  name: string
  clock: Clock
  /** A call that took longer counts as slow. */
  slowAfterMs: number
  /** Trials that have not returned by then have hung, and the breaker opens again. */
  trialTimeoutMs: number
  /** How many calls a half-open breaker admits; all must succeed. */
  trials?: number
  openMs?: number
  rateRule?: RateRuleOptions | undefined
  fastTrip?: FastTripOptions | undefined
  onTransition?: (transition: Transition) => void
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

export interface Breaker {
  readonly name: string
  readonly counts: Readonly<CallCounts>
  acquire(): Permit | Refusal
  /** By hand: refuse everything, or admit everything and judge nothing, for `ttlMs`. */
  force(state: 'forced_open' | 'disabled', ttlMs: number): void
  /** Ends `force`. */
  auto(): void
  snapshot(): BreakerSnapshot
}

const keptTransitions = 256
const halfOpenRetryMs = 50

export function createBreaker(options: BreakerOptions): Breaker {
  const { name, clock, slowAfterMs, trialTimeoutMs, trials = 3, openMs = 1000 } = options
  const counts: CallCounts = { success: 0, failure: 0, ignored: 0, rejected: 0, stale: 0 }
  const transitions: Transition[] = []
  let state: State = { name: 'closed' }
  let generation = 0
  let since = clock.epochMs()
  let rate = createRateRule(options.rateRule)
  let rules: TrippingRule[] = [createFastTrip(options.fastTrip), rate]

  return {
    name,
    counts,
    acquire() {
      const nowMs = clock.monotonicMs()
      passTime(nowMs)
      switch (state.name) {
        case 'closed':
        case 'disabled':
          return createPermit(nowMs)
        case 'open':
        case 'forced_open':
          return refuse(state.untilMs - nowMs)
        case 'half_open':
          if (state.permitsLeft === 0) return refuse(halfOpenRetryMs)
          state = { ...state, permitsLeft: state.permitsLeft - 1, untilMs: nowMs + trialTimeoutMs }
          return createPermit(nowMs)
      }
    },
    force(to, ttlMs) {
      enter({ name: to, untilMs: clock.monotonicMs() + ttlMs }, `set by hand for ${ttlMs / 1000} s`)
    },
    auto() {
      if (state.name === 'forced_open' || state.name === 'disabled') close('set to automatic by hand')
    },
    snapshot() {
      const nowMs = clock.monotonicMs()
      passTime(nowMs)
      return {
        name,
        state: state.name,
        since,
        ...rate.read(nowMs),
        openRemainingMs: openRemainingMs(nowMs),
        transitions: [...transitions],
      }
    },
  }

  /** What the passing of time alone does. There is no timer: whoever asks first makes it happen. */
  function passTime(nowMs: number): void {
    if (state.name === 'closed' || nowMs < state.untilMs) return
    switch (state.name) {
      case 'open':
        return enter(
          { name: 'half_open', permitsLeft: trials, succeeded: 0, untilMs: nowMs + trialTimeoutMs },
          'open time passed',
        )
      case 'half_open':
        // With permits left nothing hangs: there was just no traffic to try with.
        return state.permitsLeft === 0 ? open(nowMs, 'trial calls did not come back') : undefined
      case 'forced_open':
      case 'disabled':
        return close('the time set by hand passed')
    }
  }

  function createPermit(startedMs: number): Permit {
    const given = generation
    let isSettled = false
    const settle = (outcome: Outcome): void => {
      if (isSettled) return
      isSettled = true
      if (given === generation) record(outcome, startedMs)
      else counts.stale += 1
    }
    return {
      admitted: true,
      succeed: () => settle('success'),
      fail: () => settle('failure'),
      ignore: () => settle('ignored'),
    }
  }

  function refuse(waitMs: number): Refusal {
    counts.rejected += 1
    return { admitted: false, state: state.name, retryAfterMs: Math.max(1, Math.ceil(waitMs)) }
  }

  function record(outcome: Outcome, startedMs: number): void {
    counts[outcome] += 1
    const settledMs = clock.monotonicMs()
    const slow = settledMs - startedMs > slowAfterMs
    switch (state.name) {
      case 'closed':
        if (outcome === 'ignored') return
        return applyRules({ failed: outcome === 'failure', slow, startedMs, settledMs })
      case 'half_open':
        return judgeTrial(state, outcome, slow, settledMs)
      case 'open':
      case 'forced_open':
      case 'disabled':
        return
    }
  }

  function applyRules(call: SettledCall): void {
    let reason: string | undefined
    // Every rule hears of every call, also of the one that makes another rule trip.
    for (const rule of rules) reason = rule.record(call) ?? reason
    if (reason !== undefined) open(call.settledMs, reason)
  }

  function judgeTrial(trial: HalfOpen, outcome: Outcome, slow: boolean, nowMs: number): void {
    if (outcome === 'ignored') state = { ...trial, permitsLeft: trial.permitsLeft + 1 }
    else if (outcome === 'failure') open(nowMs, 'a trial call failed')
    else if (slow) open(nowMs, 'a trial call was slow')
    else if (trial.succeeded + 1 < trials) state = { ...trial, succeeded: trial.succeeded + 1 }
    else close(`${trials} of ${trials} trial calls succeeded`)
  }

  function open(nowMs: number, reason: string): void {
    enter({ name: 'open', untilMs: nowMs + openMs }, reason)
  }

  /** What was counted before the outage says nothing about the callee after it. */
  function close(reason: string): void {
    rate = createRateRule(options.rateRule)
    rules = [createFastTrip(options.fastTrip), rate]
    enter({ name: 'closed' }, reason)
  }

  function enter(next: State, reason: string): void {
    const transition: Transition = { at: clock.epochMs(), from: state.name, to: next.name, reason }
    state = next
    since = transition.at
    generation += 1
    transitions.push(transition)
    if (transitions.length > keptTransitions) transitions.shift()
    options.onTransition?.(transition)
  }

  function openRemainingMs(nowMs: number): number {
    return state.name === 'open' || state.name === 'forced_open' ? Math.ceil(state.untilMs - nowMs) : 0
  }
}
