// Reads order's feed, a page at a time, through the breaker of the edge. The answer waits for news.

import { askedToWaitMs, type Callee } from '@system/platform'
import { Type, type Static } from 'typebox'
import { Value } from 'typebox/value'

const Page = Type.Object({
  events: Type.Array(
    Type.Object({ pos: Type.Integer(), id: Type.String(), orderId: Type.String(), type: Type.String() }),
  ),
  next: Type.Integer(),
})

export type FeedPage = Static<typeof Page>

export type FeedResult =
  | { kind: 'page'; page: FeedPage }
  | { kind: 'unavailable'; reason: string; retryAfterMs: number }

const retryAfterMs = 200
/** Well below half the time of an attempt, from which on the breaker counts an answer as slow. */
export const waitMs = 1000

export async function readFeed(
  order: Callee,
  after: number,
  limit: number,
  signal: AbortSignal,
): Promise<FeedResult> {
  const path = `/feed?after=${after}&limit=${limit}&waitMs=${waitMs}`
  const result = await order.call({ method: 'GET', path, signal })
  if (result.kind === 'refused')
    return { kind: 'unavailable', reason: 'the breaker is open', retryAfterMs: result.retryAfterMs }
  if (result.kind === 'failed') return { kind: 'unavailable', reason: result.message, retryAfterMs }
  if (result.status !== 200)
    return {
      kind: 'unavailable',
      reason: `order answered ${result.status}`,
      retryAfterMs: askedToWaitMs(result.headers) ?? retryAfterMs,
    }
  return { kind: 'page', page: Value.Parse(Page, JSON.parse(result.body)) }
}
