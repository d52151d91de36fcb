// Opens when a large share of the calls of the last seconds failed or was slow.
//
//   buckets of one second:  │ 12 │ 40 │ 38 │  … │ 41 │ 17 │   the oldest falls out as time goes on
//                                                      └─ now
//
// Failures expire with their bucket: four failures, ten quiet minutes and one more failure are
// five different stories. Below a minimum of calls a rate means nothing.

import type { SettledCall, TrippingRule } from './tripping-rule.ts'

export interface RateRuleOptions {
  windowMs: number
  buckets: number
  minCalls: number
  failureRate: number
  slowRate: number
}

export const defaultRateRule: RateRuleOptions = {
  windowMs: 10_000,
  buckets: 10,
  minCalls: 20,
  failureRate: 0.5,
  slowRate: 0.5,
}

export interface RateRule extends TrippingRule {
  /** The window as it is at a moment of the monotonic clock; rates are 0 when there were no calls. */
  read(nowMs: number): { calls: number; failureRate: number; slowRate: number }
}

interface Bucket {
  calls: number
  failed: number
  slow: number
}

export function createRateRule(options: RateRuleOptions = defaultRateRule): RateRule {
  const bucketMs = options.windowMs / options.buckets
  const ring: Bucket[] = Array.from({ length: options.buckets }, emptyBucket)
  const total = emptyBucket()
  let newest = Number.NEGATIVE_INFINITY
  let bucket = slot(0)
  let bucketEndsMs = Number.NEGATIVE_INFINITY

  return {
    record(call) {
      if (call.settledMs >= bucketEndsMs) turnTo(call.settledMs)
      add(bucket, call)
      add(total, call)
      if (total.calls < options.minCalls) return undefined
      if (total.failed >= options.failureRate * total.calls) return describe('failed', total.failed)
      if (total.slow >= options.slowRate * total.calls) return describe('were slow', total.slow)
      return undefined
    },
    read(nowMs) {
      if (nowMs >= bucketEndsMs) turnTo(nowMs)
      const { calls, failed, slow } = total
      return calls === 0
        ? { calls, failureRate: 0, slowRate: 0 }
        : { calls, failureRate: failed / calls, slowRate: slow / calls }
    },
  }

  /** To the bucket of a moment, dropping all that is too old for the window by then. */
  function turnTo(nowMs: number): void {
    const index = Math.floor(nowMs / bucketMs)
    const stale = Math.min(index - newest, ring.length)
    for (let step = 0; step < stale; step += 1) drop(slot(index - step))
    newest = index
    bucket = slot(index)
    bucketEndsMs = (index + 1) * bucketMs
  }

  function slot(index: number): Bucket {
    // The ring is never empty and the index is reduced to its length, so the slot exists.
    return ring[((index % ring.length) + ring.length) % ring.length] as Bucket
  }

  function drop(old: Bucket): void {
    total.calls -= old.calls
    total.failed -= old.failed
    total.slow -= old.slow
    old.calls = old.failed = old.slow = 0
  }

  function describe(what: string, count: number): string {
    const percent = Math.round((100 * count) / total.calls)
    return `${percent} % of ${total.calls} calls ${what} in ${options.windowMs / 1000} s`
  }
}

const emptyBucket = (): Bucket => ({ calls: 0, failed: 0, slow: 0 })

function add(bucket: Bucket, call: SettledCall): void {
  bucket.calls += 1
  if (call.failed) bucket.failed += 1
  if (call.slow) bucket.slow += 1
}
