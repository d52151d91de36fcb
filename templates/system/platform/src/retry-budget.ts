// How many retries a callee's calls may cause: 10 % of the calls of the last 10 s, and one a second.
//
//   buckets of a second:  │ calls 40, retries 3 │ 38, 4 │ … │ 17, 1 │   the oldest falls out as time goes on
//                                                            └─ now
//   left  =  10 % of the calls + 1 for each second that the buckets cover − the retries
//
// Without it, retries multiply the load on a callee exactly when it has the least to give: two of them
// on each of three hops turn one request into 27. What is not used expires with its bucket.

export interface RetryBudgetOptions {
  ratio: number
  perSecond: number
  windowMs: number
}

export interface RetryBudget {
  /** Retries since the start. */
  readonly retries: number
  /** Takes note of one call (not of its retries). */
  countCall(nowMs: number): void
  /** Takes one retry out of the budget, if there is one. */
  take(nowMs: number): boolean
  /** Whole and part retries that are left. */
  remaining(nowMs: number): number
}

interface Bucket {
  calls: number
  retries: number
}

const buckets = 10

export function createRetryBudget(
  { ratio, perSecond, windowMs }: RetryBudgetOptions,
  startedMs: number,
): RetryBudget {
  const bucketMs = windowMs / buckets
  const ring: Bucket[] = Array.from({ length: buckets }, () => ({ calls: 0, retries: 0 }))
  const window: Bucket = { calls: 0, retries: 0 }
  let newest = Math.floor(startedMs / bucketMs)
  let retries = 0

  return {
    get retries() {
      return retries
    },
    countCall(nowMs) {
      bucketAt(nowMs).calls += 1
      window.calls += 1
    },
    take(nowMs) {
      const bucket = bucketAt(nowMs)
      if (left(nowMs) < 1) return false
      bucket.retries += 1
      window.retries += 1
      retries += 1
      return true
    },
    remaining(nowMs) {
      bucketAt(nowMs)
      return Math.max(0, left(nowMs))
    },
  }

  function left(nowMs: number): number {
    // The time that the buckets cover, no more: a budget that began full would allow ten seconds' worth at
    // once after each start, and one that counted the whole window would gain a retry with each new bucket.
    const coveredMs = nowMs - Math.max(startedMs, (newest - buckets + 1) * bucketMs)
    return ratio * window.calls + (perSecond * coveredMs) / 1000 - window.retries
  }

  function bucketAt(nowMs: number): Bucket {
    const index = Math.floor(nowMs / bucketMs)
    for (let stale = Math.max(newest, index - buckets) + 1; stale <= index; stale += 1) empty(slot(stale))
    newest = Math.max(newest, index)
    return slot(newest)
  }

  // The index is not negative (the monotonic clock starts at 0) and reduced to the ring's length.
  function slot(index: number): Bucket {
    return ring[index % buckets] as Bucket
  }

  function empty(bucket: Bucket): void {
    window.calls -= bucket.calls
    window.retries -= bucket.retries
    bucket.calls = bucket.retries = 0
  }
}
