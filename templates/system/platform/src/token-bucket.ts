// A bound on how often something happens: `perSecond` on average, and `burst` at once after a quiet time.
// In any one second it is at most the two together.

export interface TokenBucket {
  /** Takes so many, or none when there are fewer; `nowMs` is of the monotonic clock. */
  take(count: number, nowMs: number): boolean
}

export function createTokenBucket({ perSecond, burst }: { perSecond: number; burst: number }): TokenBucket {
  let tokens = burst
  let atMs = 0
  return {
    take(count, nowMs) {
      tokens = Math.min(burst, tokens + ((nowMs - atMs) / 1000) * perSecond)
      atMs = nowMs
      if (tokens < count) return false
      tokens -= count
      return true
    },
  }
}
