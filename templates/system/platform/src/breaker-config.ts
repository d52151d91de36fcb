// When a breaker trips, how long it stays open, and how it tries again: the defaults and what is possible.

import {
  check,
  checkThat,
  count,
  jitterShare,
  positiveMs,
  share,
  size,
  someMs,
  type Rules,
} from './check-config.ts'
import { defaultFastTrip, type FastTripOptions } from './fast-trip.ts'
import { defaultRateRule, type RateRuleOptions } from './rate-rule.ts'

export interface BreakerConfig {
  /** A call that took longer counts as slow. */
  slowAfterMs: number
  /** Trials that have not returned by then have hung, and the breaker opens again. */
  trialTimeoutMs: number
  /** How many calls a half-open breaker admits; all must succeed. */
  trials: number
  /** The first open time; it doubles with each failed trial, up to `maxOpenMs`. */
  openMs: number
  maxOpenMs: number
  /** Open times vary by this share, so that replicas do not all try in the same moment. */
  jitter: number
  rateRule: RateRuleOptions
  fastTrip: FastTripOptions
}

/** Without `slowAfterMs` and `trialTimeoutMs`, which follow from the time of an attempt. */
export const defaultBreaker: Omit<BreakerConfig, 'slowAfterMs' | 'trialTimeoutMs'> = {
  trials: 3,
  openMs: 1000,
  maxOpenMs: 15_000,
  jitter: 0.2,
  rateRule: defaultRateRule,
  fastTrip: defaultFastTrip,
}

export const breakerRules = {
  slowAfterMs: positiveMs,
  trialTimeoutMs: positiveMs,
  trials: count,
  openMs: positiveMs,
  maxOpenMs: positiveMs,
  jitter: jitterShare,
  rateRule: { windowMs: positiveMs, buckets: size, minCalls: count, failureRate: share, slowRate: share },
  fastTrip: { outcomes: size, minFailed: count, sustainedMs: someMs },
} satisfies Rules

/** Throws a PolicyError that names the field; `path` is where the settings stand. */
export function checkBreaker(config: BreakerConfig, path: string): void {
  check(breakerRules, config, path)
  const { openMs, maxOpenMs, fastTrip } = config
  checkThat(maxOpenMs >= openMs, `${path}.maxOpenMs`, `at least openMs (${openMs})`)
  checkThat(
    fastTrip.minFailed <= fastTrip.outcomes,
    `${path}.fastTrip.minFailed`,
    `at most outcomes (${fastTrip.outcomes})`,
  )
}
