// Whether a call may be tried again at all, and how long to wait before.
//
// Only the outermost hop retries: each hop that does so multiplies what the ones below have to bear. Who
// is called with `x-retry-attempt`, whatever its number, has a caller who sees to that.

export const retryHeader = 'x-retry-attempt'

/** Who tries for hours needs no exact count. */
const maxAttempt = 100

/** Methods that may be repeated without asking: twice is the same as once (RFC 9110, 9.2.2). */
const idempotentMethods = new Set(['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE'])

export const isRepeatable = (method: string, idempotencyKey: string | undefined): boolean =>
  idempotencyKey !== undefined || idempotentMethods.has(method)

/** From the header as it came; undefined when its sender does not retry, or sent nonsense. */
export function retryAttemptFrom(header: string | undefined): number | undefined {
  return header !== undefined && /^\d{1,9}$/.test(header) ? Math.min(Number(header), maxAttempt) : undefined
}

export interface RetryDelay {
  baseMs: number
  maxMs: number
}

/**
 * Full jitter: anything from nothing to twice as much with each retry, so that the callers of a callee
 * that stumbled do not all come back in the same moment. Never before the callee asked us to.
 * `retry` counts from 1.
 */
export function retryDelayMs(
  retry: number,
  { baseMs, maxMs }: RetryDelay,
  random: () => number,
  retryAfterMs = 0,
): number {
  return Math.max(retryAfterMs, random() * Math.min(maxMs, baseMs * 2 ** (retry - 1)))
}

const maxRefusedMs = 1000

/**
 * How long to stay away from a callee that is not asked at present: an open breaker may close much earlier than it
 * says, as its recovery probe asks twice a second.
 */
export const refusedWaitMs = (retryAfterMs: number): number => Math.min(maxRefusedMs, retryAfterMs)

/** How long an answer asks to stay away, by its `Retry-After`; undefined when it does not. */
export function askedToWaitMs(headers: Record<string, string | string[] | undefined>): number | undefined {
  const { 'retry-after': said, date } = headers
  if (typeof said !== 'string' || said === '') return undefined
  if (/^\d+$/.test(said)) return Number(said) * 1000
  // A moment: held against the sender's own clock, which may not agree with ours.
  const waitMs = Date.parse(said) - Date.parse(String(date))
  return Number.isNaN(waitMs) ? undefined : Math.max(0, waitMs)
}
