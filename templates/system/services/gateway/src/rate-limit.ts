// How often one client may ask: a bucket of tokens each, which fills at the rate and holds a second of it.

export interface RateLimit {
  /** 0 when the client may ask; otherwise how many milliseconds until it may. */
  take(client: string, nowMs: number): number
}

/** Clients beyond it take the place of those who asked longest ago, whose buckets are full again anyway. */
const mostClients = 100_000

export function createRateLimit(perSecond: number): RateLimit {
  const buckets = new Map<string, { tokens: number; atMs: number }>()
  return {
    take(client, nowMs) {
      const bucket = buckets.get(client) ?? { tokens: perSecond, atMs: nowMs }
      const tokens = Math.min(perSecond, bucket.tokens + ((nowMs - bucket.atMs) / 1000) * perSecond)
      const isAllowed = tokens >= 1
      // Set anew, so that the Map stays in the order of last use.
      buckets.delete(client)
      buckets.set(client, { tokens: isAllowed ? tokens - 1 : tokens, atMs: nowMs })
      const [oldest] = buckets.size > mostClients ? buckets.keys() : []
      if (oldest !== undefined) buckets.delete(oldest)
      return isAllowed ? 0 : ((1 - tokens) / perSecond) * 1000
    },
  }
}
