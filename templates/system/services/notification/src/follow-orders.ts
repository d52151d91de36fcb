// Follows order's feed: waits for news, writes down what is to be sent and how far it has read, in one
// commit; again at once while there is more.
//
// The checkpoint is ours, not the feed's: order knows nothing of its followers, and a follower that
// was away for a day catches up from where it stood.

import { setTimeout as sleep } from 'node:timers/promises'
import { StorageUnavailable, type Callee, type Logger } from '@system/platform'
import { createClient } from '@system/platform/contract-client'
import { orderContract } from '@system/platform/contracts/order'
import { messagesFor } from './message.ts'
import type { NotificationStore } from './notification-store.ts'
import { readFeed, type FeedPage } from './order-feed.ts'

export interface FollowOptions {
  order: Callee
  store: NotificationStore
  log: Logger
  /** How long to rest when there was nothing new. */
  pollMs: number
  onRecorded: () => void
}

const pageSize = 500
const storageRetryMs = 500

/** Follows until `stop` is called, which resolves when the page under way is done. */
export function followOrders(options: FollowOptions): { stop: () => Promise<void> } {
  const { order, store, log, pollMs, onRecorded } = options
  const feed = createClient(order, orderContract)
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
      const result = await readFeed(feed, store.checkpoint(), pageSize, stopping.signal)
      if (stopping.signal.aborted) return
      if (result.kind === 'unavailable') {
        if (isReachable) log.warn({ reason: result.reason }, 'order cannot be followed')
        isReachable = false
        await pause(result.retryAfterMs)
        continue
      }
      if (!isReachable) log.info('order is followed again')
      isReachable = true
      if (result.page.events.length === 0) await pause(pollMs)
      else await record(result.page)
    }
  }

  async function record({ events, next }: FeedPage): Promise<void> {
    try {
      await store.record(events.flatMap(messagesFor), next)
      onRecorded()
    } catch (error) {
      // The disk is full; nothing of the page was kept, so it is read again.
      if (!(error instanceof StorageUnavailable)) throw error
      await pause(storageRetryMs)
    }
  }

  async function pause(ms: number): Promise<void> {
    await sleep(ms, undefined, { signal: stopping.signal }).catch((error: Error) => {
      if (error.name !== 'AbortError') throw error
    })
  }
}
