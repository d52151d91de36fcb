// All numbers of a guarded call in one place: the defaults, what a service may override, what is possible.
//
//   defaults  ◀─  service.ts: callees: { payment: { attemptTimeoutMs: 500, bulkhead: { limit: 32 } } }
//             ◀─  environment: PAYMENT_POLICY='{"breaker":{"rateRule":{"failureRate":0.3}}}'
//             ──▶ checked once, at the start
//
// Why these numbers:
//   attempt      300 ms at the edge, 1 s inside: a hung callee must cost a person less than a second
//   deadline     1 s at the edge, 3 s inside, for calls whose caller named none; 10 ms a hop for the way
//   retry        2 at most, so that one hop never asks more than 3 times
//   budget       10 % of the calls + 1 a second: retries never turn a brown-out into an outage
//   bulkhead     256 at the edge, 64 inside: 10,000 calls a second of 20 ms are 200 in flight

import { breakerRules, checkBreaker, defaultBreaker, type BreakerConfig } from './breaker-config.ts'
import {
  callMs,
  check,
  checkThat,
  count,
  countOrNone,
  notNegative,
  positiveMs,
  shareOrNone,
  someMs,
} from './check-config.ts'
import { PolicyError, type Rules } from './check-config.ts'

export interface PolicyConfig {
  /** One attempt, from waiting for a connection to the last byte of the answer. */
  attemptTimeoutMs: number
  /** The whole call with its retries, when no caller's deadline says less. */
  deadlineMs: number
  /** What a hop costs on the way: the callee gets so much less time than its caller has. */
  hopMs: number
  retry: {
    /** 0 switches retries off. */
    retries: number
    /** Full jitter: a retry waits a random time up to `baseMs`, twice that, … up to `maxMs`. */
    baseMs: number
    maxMs: number
  }
  retryBudget: {
    /** Of the calls of the window. */
    ratio: number
    perSecond: number
    windowMs: number
  }
  bulkhead: { limit: number }
  breaker: BreakerConfig
  recoveryProbe: {
    /** Between two looks at an open breaker's callee; 0 switches the probe off. */
    everyMs: number
    /** A slower answer is none. */
    timeoutMs: number
  }
}

/** Any part of the settings; the rest stays as it is. */
export type PolicyOverrides = DeepPartial<PolicyConfig>
type DeepPartial<T> = { [Key in keyof T]?: T[Key] extends object ? DeepPartial<T[Key]> : T[Key] }

/** `edge`: the service that faces the outside. */
export type PolicyPlace = 'edge' | 'inside'

const rules = {
  attemptTimeoutMs: callMs,
  deadlineMs: callMs,
  hopMs: someMs,
  retry: { retries: countOrNone, baseMs: someMs, maxMs: someMs },
  retryBudget: { ratio: shareOrNone, perSecond: notNegative, windowMs: positiveMs },
  bulkhead: { limit: count },
  breaker: breakerRules,
  recoveryProbe: { everyMs: someMs, timeoutMs: positiveMs },
} satisfies Rules

/**
 * The settings of one edge: the defaults of the place, then each of the overrides in turn.
 * Throws a PolicyError that begins with the path of the wrong field, after `at` (`callees.payment`).
 */
export function resolvePolicy(
  place: PolicyPlace,
  overrides: PolicyOverrides[] = [],
  at = 'policy',
): PolicyConfig {
  for (const override of overrides) check(rules, override, at)
  const given = overrides.reduce(merge, {})
  const config = merge(defaultsFor(place, given.attemptTimeoutMs), given) as PolicyConfig
  checkBreaker(config.breaker, `${at}.breaker`)
  const { retry } = config
  checkThat(retry.maxMs >= retry.baseMs, `${at}.retry.maxMs`, `at least baseMs (${retry.baseMs})`)
  return config
}

/** From one environment variable: JSON, an object. Throws a PolicyError that names the variable. */
export function parsePolicy(text: string, variable: string): PolicyOverrides {
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
  }
  throw new PolicyError(`${variable} must be a JSON object, such as {"bulkhead":{"limit":32}}`)
}

function defaultsFor(place: PolicyPlace, given: number | undefined): PolicyConfig {
  const isEdge = place === 'edge'
  const attemptTimeoutMs = given ?? (isEdge ? 300 : 1000)
  return {
    attemptTimeoutMs,
    deadlineMs: isEdge ? 1000 : 3000,
    hopMs: 10,
    retry: { retries: 2, baseMs: 50, maxMs: 500 },
    retryBudget: { ratio: 0.1, perSecond: 1, windowMs: 10_000 },
    bulkhead: { limit: isEdge ? 256 : 64 },
    breaker: { ...defaultBreaker, slowAfterMs: attemptTimeoutMs / 2, trialTimeoutMs: attemptTimeoutMs * 2 },
    // As quick as a trial call has to be: a slow yes would only lead to a slow trial.
    recoveryProbe: { everyMs: 500, timeoutMs: attemptTimeoutMs / 2 },
  }
}

function merge(base: object, override: object): PolicyOverrides {
  const merged: Record<string, unknown> = { ...base }
  for (const [field, value] of Object.entries(override)) {
    const before = merged[field]
    if (value === undefined) continue
    merged[field] = isGroup(before) && isGroup(value) ? merge(before, value) : value
  }
  return merged
}

const isGroup = (value: unknown): value is object => typeof value === 'object' && value !== null
