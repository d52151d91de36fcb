// Reads order's feed, a page at a time, through the breaker of the edge. The answer waits for news.

import { askedToWaitMs, refusedWaitMs } from '@system/platform'
import type { AnswerBody } from '@system/platform/contract'
import type { Client } from '@system/platform/contract-client'
import type { orderContract } from '@system/platform/contracts/order'

export type OrderClient = Client<typeof orderContract>
export type FeedPage = AnswerBody<(typeof orderContract)['readFeed'], 200>

export type FeedResult =
  | { kind: 'page'; page: FeedPage }
  | { kind: 'unavailable'; reason: string; retryAfterMs: number }

const retryAfterMs = 200
/** Well below half the time of an attempt, from which on the breaker counts an answer as slow. */
export const waitMs = 1000

export async function readFeed(
  order: OrderClient,
  after: number,
  limit: number,
  signal: AbortSignal,
): Promise<FeedResult> {
  const result = await order.readFeed({ query: { after, limit, waitMs }, signal })
  if (result.kind === 'refused')
    return {
      kind: 'unavailable',
      reason: 'the breaker is open',
      retryAfterMs: refusedWaitMs(result.retryAfterMs),
    }
  if (result.kind === 'failed') return { kind: 'unavailable', reason: result.message, retryAfterMs }
  const { status, headers } = result
  if (result.kind === 'undeclared' || result.status !== 200)
    return {
      kind: 'unavailable',
      reason: `order answered ${status}`,
      retryAfterMs: askedToWaitMs(headers) ?? retryAfterMs,
    }
  const page = result.json()
  if (page !== undefined) return { kind: 'page', page }
  return { kind: 'unavailable', reason: 'order answered what is no page of its feed', retryAfterMs }
}
