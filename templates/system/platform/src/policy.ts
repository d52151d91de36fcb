// A guarded call: everything that stands between a caller and a callee which may be slow, broken or away.
//
//   fallback( deadline( retry within budget( bulkhead( breaker( attempt timeout( attempt ))))))
//
//   call ─▶ time left? ─▶ place free? ─▶ breaker lets through? ─▶ attempt, cut when its time is over ─▶ done
//               │ no          │ no           │ no                    │ failed
//               ▼             ▼              ▼                       ▼
//            deadline      refused        refused         repeatable, outermost, budget left, time left?
//                                                                    │ no               │ yes
//                                                                    ▼                  ▼
//                                                           fallback, if any      wait, next attempt
//
// It knows nothing of HTTP: an attempt is any function that gives a promise (callee.ts brings HTTP).
// Refusals are data, not errors, since they come by the thousand when everything else goes wrong.
// The order matters: the time limit is inside the breaker, so that a hung callee counts against it; the
// bulkhead is outside, so that what it refuses says nothing about the callee.

import { runAttempt, type Attempt, type Attempted } from './attempt-timeout.ts'
import { createBreaker, type Breaker, type Permit, type Transition } from './breaker.ts'
import { createBulkhead, type Bulkhead } from './bulkhead.ts'
import { judgeFailure, settle, type FailReason, type Verdict } from './classify.ts'
import type { Clock } from './clock.ts'
import { remainingMs } from './deadline.ts'
import type { PolicyConfig } from './policy-config.ts'
import { createRecoveryProbe } from './recovery-probe.ts'
import { retryDelayMs } from './retry.ts'
import { createRetryBudget, type RetryBudget } from './retry-budget.ts'
import { wait, type Timers } from './timers.ts'

export type PolicyResult<T> =
  /** The attempt gave a value; whether that is good news is the value's to say. */
  | { kind: 'done'; value: T }
  /** Nothing was attempted. */
  | Refused
  /** `error` is what the attempt threw. */
  | { kind: 'failed'; reason: FailReason; error?: unknown }

export interface Refused {
  kind: 'refused'
  by: 'breaker' | 'bulkhead'
  retryAfterMs: number
}

export interface CallOptions<T> {
  /** By when the answer is wanted, on the monotonic clock; else the policy's own deadline counts from now. */
  deadlineMs?: number | undefined
  /** Giving up early says nothing about the callee, and ends a wait for a retry. */
  signal?: AbortSignal | undefined
  /** The call may be repeated, and nobody further out repeats it. */
  mayRetry?: boolean
  /** Instead of a result that is no good: from a cache, for instance. Not after the caller gave up. */
  fallback?: ((result: PolicyResult<T>) => PolicyResult<T> | Promise<PolicyResult<T>>) | undefined
}

export interface Policy<T> {
  readonly name: string
  readonly config: PolicyConfig
  readonly breaker: Breaker
  readonly bulkhead: Bulkhead
  readonly budget: RetryBudget
  /** Never rejects, unless the classifier or the fallback throws. */
  call(attempt: (attempt: Attempt) => Promise<T>, options?: CallOptions<T>): Promise<PolicyResult<T>>
  /** Stops the recovery probe. */
  close(): void
}

export interface PolicyTools<T> {
  /** `caller:callee` */
  name: string
  clock: Clock
  timers: Timers
  /** From 0 to below 1. */
  random: () => number
  /** What a value says about the callee's health. */
  classify: (value: T) => Verdict
  /** How long the callee asks us to stay away, if it does. */
  retryAfterMs?: (value: T) => number | undefined
  /** Asks the callee, past the breaker, whether it is well; in bounded time. Without it there is no probe. */
  probe?: () => Promise<boolean>
  /** For the probe, which belongs to no call; `timers` if not given. */
  probeTimers?: Timers
  onTransition?: (transition: Transition) => void
}

/** How long a caller should stay away from a bulkhead that was full. */
const fullForMs = 50
const noOptions = {}

export function createPolicy<T>(config: PolicyConfig, tools: PolicyTools<T>): Policy<T> {
  const { name, clock, timers, random, classify, probe: ask } = tools
  const { attemptTimeoutMs, hopMs, retry } = config
  const bulkhead = createBulkhead(config.bulkhead.limit)
  const budget = createRetryBudget(config.retryBudget, clock.monotonicMs())
  const breaker = createBreaker({
    ...config.breaker,
    name,
    clock,
    random,
    onTransition(transition) {
      probe?.heed(transition)
      tools.onTransition?.(transition)
    },
  })
  const { everyMs } = config.recoveryProbe
  const probe =
    ask &&
    createRecoveryProbe({
      everyMs,
      timers: tools.probeTimers ?? timers,
      ask,
      onAnswer: () => breaker.probeSucceeded(),
    })
  const leaveBulkhead = (): void => bulkhead.leave()

  return { name, config, breaker, bulkhead, budget, call, close: () => probe?.stop() }

  function call(
    attempt: (attempt: Attempt) => Promise<T>,
    options: CallOptions<T> = noOptions,
  ): Promise<PolicyResult<T>> {
    const startedMs = clock.monotonicMs()
    const deadlineMs = options.deadlineMs ?? startedMs + config.deadlineMs
    budget.countCall(startedMs)
    const first = attemptOnce(attempt, { number: 0, startedMs, deadlineMs, signal: options.signal })
    // Without a second chance the rest would only cost: a fifth of the whole, at 10,000 calls a second.
    if (options.mayRetry !== true && options.fallback === undefined) return first
    return improve(first, attempt, options, deadlineMs)
  }

  async function improve(
    first: Promise<PolicyResult<T>>,
    attempt: (attempt: Attempt) => Promise<T>,
    options: CallOptions<T>,
    deadlineMs: number,
  ): Promise<PolicyResult<T>> {
    let result = await first
    if (isGood(result)) return result
    if (options.mayRetry === true) result = await retryWhilePossible(attempt, options, deadlineMs, result)
    if (options.fallback === undefined || isGood(result) || isGivenUp(result)) return result
    return options.fallback(result)
  }

  function attemptOnce(
    attempt: (attempt: Attempt) => Promise<T>,
    { number, startedMs, deadlineMs, signal }: Try,
  ): Promise<PolicyResult<T>> {
    if (signal?.aborted === true) return Promise.resolve({ kind: 'failed', reason: 'aborted' })
    const leftMs = remainingMs(deadlineMs, startedMs, hopMs)
    if (leftMs <= 0) return Promise.resolve({ kind: 'failed', reason: 'deadline' })
    if (!bulkhead.enter())
      return Promise.resolve({ kind: 'refused', by: 'bulkhead', retryAfterMs: fullForMs })
    const permit = breaker.acquire()
    if (!permit.admitted) {
      bulkhead.leave()
      return Promise.resolve({ kind: 'refused', by: 'breaker', retryAfterMs: permit.retryAfterMs })
    }
    const isCutByDeadline = leftMs < attemptTimeoutMs
    return runAttempt(attempt, {
      number,
      timeoutMs: isCutByDeadline ? leftMs : attemptTimeoutMs,
      timeReason: isCutByDeadline ? 'deadline' : 'timeout',
      signal,
      timers,
      onSettled: (attempted) => tellBreaker(permit, attempted),
      onEnded: leaveBulkhead,
    })
  }

  function tellBreaker(permit: Permit, attempted: Attempted<T>): void {
    try {
      settle(permit, attempted.kind === 'done' ? classify(attempted.value) : judgeFailure(attempted.reason))
    } catch (error) {
      // A classifier that throws is a bug, but no reason to keep a permit for ever.
      permit.fail()
      throw error
    }
  }

  async function retryWhilePossible(
    attempt: (attempt: Attempt) => Promise<T>,
    { signal }: CallOptions<T>,
    deadlineMs: number,
    first: PolicyResult<T>,
  ): Promise<PolicyResult<T>> {
    let result = first
    for (let number = 1; number <= retry.retries && isWorthRetrying(result); number += 1) {
      const waitMs = retryDelayMs(number, retry, random, askedToWaitMs(result))
      const nowMs = clock.monotonicMs()
      if (remainingMs(deadlineMs, nowMs + waitMs, hopMs) <= 0 || !budget.take(nowMs)) return result
      if (!(await wait(timers, waitMs, signal))) return { kind: 'failed', reason: 'aborted' }
      const startedMs = clock.monotonicMs()
      const next = await attemptOnce(attempt, { number, startedMs, deadlineMs, signal })
      // What the attempt before it found out says more, such as that the callee may have acted on it.
      if (next.kind === 'refused') return result
      result = next
    }
    return result
  }

  /** Not when refused: who asks again at once is what a breaker and a bulkhead protect from. */
  function isWorthRetrying(result: PolicyResult<T>): boolean {
    if (breaker.state !== 'closed' && breaker.state !== 'disabled') return false
    if (result.kind === 'failed') return judgeFailure(result.reason) === 'fail'
    if (result.kind === 'refused') return false
    const verdict = classify(result.value)
    return verdict === 'fail' || verdict === 'busy'
  }

  function isGood(result: PolicyResult<T>): boolean {
    return result.kind === 'done' && classify(result.value) === 'ok'
  }

  function askedToWaitMs(result: PolicyResult<T>): number | undefined {
    return result.kind === 'done' ? tools.retryAfterMs?.(result.value) : undefined
  }
}

interface Try {
  number: number
  startedMs: number
  deadlineMs: number
  signal: AbortSignal | undefined
}

const isGivenUp = <T>(result: PolicyResult<T>): boolean =>
  result.kind === 'failed' && result.reason === 'aborted'
