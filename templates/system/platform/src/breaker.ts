// A circuit breaker: stops calling a callee that does not answer, and finds out when it does again.
//
//              a rule trips            open time passed, or a recovery probe was answered
//   ┌────────┐ ───────────▶ ┌──────┐ ─────────────────────────▶ ┌───────────┐
//   │ closed │              │ open │                            │ half_open │
//   └────────┘              └──────┘ ◀───────────────────────── └───────────┘
//        ▲                             a trial failed or was slow     │
//        └────────────────────────────────────────────────────────────┘
//                              3 of 3 trials succeeded
//
// forced_open and disabled are set by hand, for a time; then the breaker starts anew as closed.
//
// The open time is 1 s, doubles with each failed trial up to 15 s, and varies by 20 %. A recovery probe
// (recovery-probe.ts) may end it early. A callee that answers probes but fails trials has lost our trust:
// then the open time is waited for, whatever the probe says.
//
// Three things keep it right under concurrency:
// - `acquire` decides in one synchronous step: nobody waits, nobody slips in between.
// - A permit carries the generation in which it was given. Each change of state starts a new one, so
//   that a late answer to an old question steers nothing.
// - Only the monotonic clock counts time; epoch time is for the record.

import { checkBreaker, defaultBreaker, type BreakerConfig } from './breaker-config.ts'
import type { Clock } from './clock.ts'
import type { BreakerSnapshot, BreakerStateName, CallCounts, Transition } from './breaker-record.ts'
import { createFastTrip } from './fast-trip.ts'
import { IssuedPermit, type Outcome, type Permit, type Refusal } from './permit.ts'
import { createRateRule } from './rate-rule.ts'
import type { SettledCall } from './tripping-rule.ts'

export type { BreakerSnapshot, BreakerStateName, CallCounts, Transition } from './breaker-record.ts'
export type { Permit, Refusal } from './permit.ts'

/** `untilMs` is a moment of the monotonic clock. */
type State = { name: 'closed' } | Open | HalfOpen | { name: 'forced_open' | 'disabled'; untilMs: number }

interface Open {
  name: 'open'
  untilMs: number
  /** Whether a recovery probe may end it early. */
  trustsProbe: boolean
  /** A recovery probe has been answered meanwhile: the callee claims to be well. */
  isPromised: boolean
}

interface HalfOpen {
  name: 'half_open'
  permitsLeft: number
  succeeded: number
  untilMs: number
  isPromised: boolean
}

/** What is not given is as in breaker-config.ts. */
export interface BreakerOptions extends Partial<BreakerConfig> {
  /** `caller:callee`. */
  name: string
  clock: Clock
  slowAfterMs: number
  trialTimeoutMs: number
  /** From 0 to below 1; for the jitter of the open time. */
  random?: () => number
  onTransition?: (transition: Transition) => void
}

export interface Breaker {
  readonly name: string
  readonly counts: Readonly<CallCounts>
  /** As of the last call; time that has passed since then is not taken into account. */
  readonly state: BreakerStateName
  acquire(): Permit | Refusal
  /** A recovery probe was answered well; ends the open time if the callee has not lost our trust. */
  probeSucceeded(): void
  /** By hand: refuse everything, or admit everything and judge nothing, for `ttlMs`. */
  force(state: 'forced_open' | 'disabled', ttlMs: number): void
  /** Ends `force`. */
  auto(): void
  snapshot(): BreakerSnapshot
}

const keptTransitions = 256
const halfOpenRetryMs = 50

/** Throws a PolicyError for an impossible option. */
export function createBreaker(options: BreakerOptions): Breaker {
  const { name, clock, random = Math.random, onTransition, ...settings } = options
  const config: BreakerConfig = { ...defaultBreaker, ...settings }
  checkBreaker(config, 'breaker')
  const { slowAfterMs, trialTimeoutMs, trials } = config
  const counts: CallCounts = { success: 0, failure: 0, ignored: 0, rejected: 0, stale: 0 }
  const transitions: Transition[] = []
  let state: State = { name: 'closed' }
  let generation = 0
  let since = clock.epochMs()
  // How long it will be open the next time; doubles each time, until it closes.
  let nextOpenMs = config.openMs
  let rate = createRateRule(config.rateRule)
  let fastTrip = createFastTrip(config.fastTrip)

  return {
    name,
    counts,
    get state() {
      return state.name
    },
    acquire() {
      const nowMs = clock.monotonicMs()
      passTime(nowMs)
      switch (state.name) {
        case 'closed':
        case 'disabled':
          return new IssuedPermit(settle, generation, nowMs)
        case 'open':
        case 'forced_open':
          return refuse(state.untilMs - nowMs)
        case 'half_open':
          if (state.permitsLeft === 0) return refuse(halfOpenRetryMs)
          state = { ...state, permitsLeft: state.permitsLeft - 1, untilMs: nowMs + trialTimeoutMs }
          return new IssuedPermit(settle, generation, nowMs)
      }
    },
    probeSucceeded() {
      const nowMs = clock.monotonicMs()
      passTime(nowMs)
      if (state.name !== 'open') return
      state = { ...state, isPromised: true }
      if (!state.trustsProbe) return
      // News: what the back-off has learned of the outage is over. If the promise is broken, it starts anew.
      nextOpenMs = config.openMs
      tryAgain(nowMs, true, 'a recovery probe was answered')
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
        return tryAgain(nowMs, state.isPromised, 'open time passed')
      case 'half_open':
        // With permits left nothing hangs: there was just no traffic to try with.
        return state.permitsLeft === 0 ? reopen(state, nowMs, 'trial calls did not come back') : undefined
      case 'forced_open':
      case 'disabled':
        return close('the time set by hand passed')
    }
  }

  function settle(outcome: Outcome, given: number, startedMs: number): void {
    if (given === generation) record(outcome, startedMs)
    else counts.stale += 1
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
    // Both rules hear of every call, also of the one that makes the other trip.
    const ofLastCalls = fastTrip.record(call)
    const reason = rate.record(call) ?? ofLastCalls
    if (reason !== undefined) open(call.settledMs, reason)
  }

  function judgeTrial(trial: HalfOpen, outcome: Outcome, slow: boolean, nowMs: number): void {
    if (outcome === 'ignored') state = { ...trial, permitsLeft: trial.permitsLeft + 1 }
    else if (outcome === 'failure') reopen(trial, nowMs, 'a trial call failed')
    else if (slow) reopen(trial, nowMs, 'a trial call was slow')
    else if (trial.succeeded + 1 < trials) state = { ...trial, succeeded: trial.succeeded + 1 }
    else close(`${trials} of ${trials} trial calls succeeded`)
  }

  function open(nowMs: number, reason: string, trustsProbe = true): void {
    const untilMs = nowMs + nextOpenMs * (1 + config.jitter * (2 * random() - 1))
    nextOpenMs = Math.min(config.maxOpenMs, 2 * nextOpenMs)
    enter({ name: 'open', untilMs, trustsProbe, isPromised: false }, reason)
  }

  /** A callee whose probe had promised that it is well has lost our trust for the open time. */
  function reopen({ isPromised }: HalfOpen, nowMs: number, reason: string): void {
    open(nowMs, reason, !isPromised)
  }

  function tryAgain(nowMs: number, isPromised: boolean, reason: string): void {
    const untilMs = nowMs + trialTimeoutMs
    enter({ name: 'half_open', permitsLeft: trials, succeeded: 0, untilMs, isPromised }, reason)
  }

  /** What was counted before the outage says nothing about the callee after it. */
  function close(reason: string): void {
    nextOpenMs = config.openMs
    rate = createRateRule(config.rateRule)
    fastTrip = createFastTrip(config.fastTrip)
    enter({ name: 'closed' }, reason)
  }

  function enter(next: State, reason: string): void {
    const transition: Transition = { at: clock.epochMs(), from: state.name, to: next.name, reason }
    state = next
    since = transition.at
    generation += 1
    transitions.push(transition)
    if (transitions.length > keptTransitions) transitions.shift()
    onTransition?.(transition)
  }

  function openRemainingMs(nowMs: number): number {
    return state.name === 'open' || state.name === 'forced_open' ? Math.ceil(state.untilMs - nowMs) : 0
  }
}
