// Follows order's feed: read a page, send, remember how far; again at once while there is more.
//
// The checkpoint is ours, not the feed's: order knows nothing of its followers, and a follower that
// was away for a day catches up from where it stood.

import { setTimeout as sleep } from 'node:timers/promises'
import type { Callee, Logger } from '@system/platform'
import { messageFor } from './message.ts'
import type { NewNotification, NotificationStore } from './notification-store.ts'
import { readFeed, type FeedPage } from './order-feed.ts'

export interface FollowOptions {
  order: Callee
  store: NotificationStore
  log: Logger
  /** How long to wait when there was nothing new. */
  pollMs: number
}

const pageSize = 500

/** Follows until `stop` is called, which resolves when the page under way is done. */
export function followOrders({ order, store, log, pollMs }: FollowOptions): { stop: () => Promise<void> } {
  const stopping = new AbortController()
  const running = run()
  return {
    async stop() {
      stopping.abort()
      await running
    },
  }

  async function run(): Promise<void> {
    // All services start at the same time: order not listening yet is no outage for the breaker to count.
    await order.untilReady(stopping.signal)
    let isReachable = true
    while (!stopping.signal.aborted) {
      const result = await readFeed(order, store.checkpoint(), pageSize)
      if (result.kind === 'unavailable') {
        if (isReachable) log.warn({ reason: result.reason }, 'order cannot be followed')
        isReachable = false
        await pause(result.retryAfterMs)
        continue
      }
      if (!isReachable) log.info('order is followed again')
      isReachable = true
      if (result.page.events.length > 0) store.record(notificationsFor(result.page), result.page.next)
      if (result.page.events.length < pageSize) await pause(pollMs)
    }
  }

  async function pause(ms: number): Promise<void> {
    await sleep(ms, undefined, { signal: stopping.signal }).catch((error: Error) => {
      if (error.name !== 'AbortError') throw error
    })
  }
}

const notificationsFor = ({ events }: FeedPage): NewNotification[] =>
  events.flatMap(({ id, orderId, type }) => {
    const message = messageFor(type)
    return message === undefined ? [] : [{ eventId: id, orderId, ...message }]
  })
