// Drives every open order to its end: pays later what could not be paid at once.
//
//   add(id) ─▶ queue ─▶ attempt ─▶ settled
//                ▲         │
//                └─────────┘ unavailable: wait, then 1 at a time, 2, 4, … as long as all goes well
//
// The queue is memory only: what is open stands in the database, and is read from there at the start and
// whenever the queue is empty. So nothing is lost when the process dies, or when whoever should have added
// an order could not, for instance because the disk was full. An outage is two log lines, not one an order.

import { setTimeout as sleep } from 'node:timers/promises'
import { StorageUnavailable, type Clock, type Logger } from '@system/platform'
import type { OrderStore } from './order-store.ts'
import type { PaymentResult } from './pay-order.ts'
import type { Order } from './order.ts'

export interface PendingPayments {
  /** After an attempt that failed; the next one comes no sooner than payment asked for. */
  add(orderId: string, retryAfterMs: number): void
  /** Finishes the attempts under way and starts no more. */
  stop(): Promise<void>
}

export interface PendingPaymentsOptions {
  store: OrderStore
  pay: (order: Order, retryAttempt: number) => Promise<PaymentResult>
  log: Logger
  clock: Clock
  concurrency: number
  /** An order that is open for so long is nobody's any more. */
  forgottenMs: number
}

const minPauseMs = 25
/** Whatever payment asks for: an order is looked at again within half a minute. */
const maxPauseMs = 30_000
const storageTroubleMs = 1000

export function startPendingPayments({
  store,
  pay,
  log,
  clock,
  concurrency,
  forgottenMs,
}: PendingPaymentsOptions): PendingPayments {
  const stopping = new AbortController()
  const queue = new Map<string, number>(store.open().map((orderId) => [orderId, 0]))
  let wakeUp: ((afterMs: number) => void) | undefined
  if (queue.size > 0) log.info({ pending: queue.size }, 'orders are waiting for payment')
  const sweep = setInterval(addForgotten, forgottenMs)
  const running = run()

  return {
    add(orderId, retryAfterMs) {
      queue.set(orderId, 1)
      wakeUp?.(retryAfterMs)
    },
    async stop() {
      clearInterval(sweep)
      stopping.abort()
      wakeUp?.(0)
      await running
    },
  }

  async function run(): Promise<void> {
    let atATime = concurrency
    let paid = 0
    let isOutage = false
    while (!stopping.signal.aborted) {
      if (queue.size === 0) {
        if (isOutage) log.info({ paid }, 'all pending orders are settled')
        isOutage = false
        paid = 0
        await pause(await new Promise<number>((resolve) => (wakeUp = resolve)))
        continue
      }
      const batch = head(queue, atATime)
      const results = await Promise.all(batch.map(([orderId, attempts]) => settle(orderId, attempts)))
      const waits = results.filter((waitMs) => waitMs > 0)
      paid += results.length - waits.length
      if (waits.length === 0) {
        atATime = Math.min(concurrency, atATime * 2)
        continue
      }
      if (!isOutage) log.warn({ pending: queue.size }, 'payment is unavailable')
      isOutage = true
      atATime = 1
      await pause(Math.max(...waits))
    }
  }

  function addForgotten(): void {
    if (queue.size > 0) return
    for (const orderId of store.open(clock.epochMs() - forgottenMs)) queue.set(orderId, 1)
    if (queue.size > 0) wakeUp?.(0)
  }

  /** 0 when the order is settled, else how long to wait. */
  async function settle(orderId: string, attempts: number): Promise<number> {
    const order = store.find(orderId)
    queue.delete(orderId)
    if (order?.status !== 'pending_payment') return 0
    const result = await pay(order, attempts).catch(unlessStored)
    if (result.kind === 'settled') return 0
    // To the end of the queue: one order that payment chokes on must not hold up the others.
    queue.set(orderId, attempts + 1)
    return result.retryAfterMs
  }

  async function pause(ms: number): Promise<void> {
    const waitMs = Math.min(maxPauseMs, Math.max(minPauseMs, ms))
    await sleep(waitMs, undefined, { signal: stopping.signal }).catch((error: Error) => {
      if (error.name !== 'AbortError') throw error
    })
  }
}

/** Payment was asked, but its answer could not be written down: the next attempt gets the same one. */
function unlessStored(error: unknown): PaymentResult {
  if (error instanceof StorageUnavailable) {
    return { kind: 'unavailable', reason: error.message, retryAfterMs: storageTroubleMs }
  }
  throw error
}

/** Without a copy of the rest: after a minute of outage at 500 orders a second, the queue holds 30,000. */
function head<Key, Value>(queue: Map<Key, Value>, count: number): [Key, Value][] {
  const first: [Key, Value][] = []
  for (const entry of queue) {
    if (first.length === count) break
    first.push(entry)
  }
  return first
}
