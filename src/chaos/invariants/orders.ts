// Orders: what was promised exists and has ended; the feed tells all of it, in order.

import { judge, type InvariantResult } from './judge.ts'
import type { AcknowledgedOrder, OrderEvent } from './records.ts'

export interface OrderState {
  id: string
  status: 'open' | 'confirmed' | 'cancelled'
  /** The Idempotency-Key of its client. */
  key: string | undefined
  paymentKey: string | undefined
  amountCents: number | undefined
}

/** What of an event tells how its order goes on. */
export type FeedEvent = Pick<OrderEvent, 'orderId' | 'type' | 'data'>

export function foldOrders(feed: readonly FeedEvent[]): Map<string, OrderState> {
  const orders = new Map<string, OrderState>()
  for (const { orderId, type, data } of feed) {
    if (type === 'order.placed') {
      const { key, paymentKey, amountCents } = data
      orders.set(orderId, { id: orderId, status: 'open', key, paymentKey, amountCents })
    }
    const order = orders.get(orderId)
    if (order !== undefined && type === 'order.confirmed') order.status = 'confirmed'
    if (order !== undefined && type === 'order.cancelled') order.status = 'cancelled'
  }
  return orders
}

export function acknowledgedOrdersEnded(
  acknowledged: readonly AcknowledgedOrder[],
  orders: ReadonlyMap<string, OrderState>,
): InvariantResult {
  const keys = new Map<string, string>()
  return judge(
    'every acknowledged order exists and has ended',
    acknowledged,
    ({ arrival, key, id, status }) => {
      if (id === null) return `arrival ${arrival} was acknowledged without an id`
      const other = keys.get(id)
      keys.set(id, key)
      if (other !== undefined && other !== key)
        return `${id} was the answer to two orders, ${other} and ${key}`
      const order = orders.get(id)
      if (order?.key !== undefined && order.key !== key)
        return `${id} was acknowledged to the key ${key}, but order recorded it under ${order.key}`
      if (status === 201 && order?.status === 'cancelled')
        return `${id} was acknowledged as confirmed, and is cancelled`
      return unkept(id, order)
    },
  )
}

/** What is wrong with an acknowledged order, in words: it must exist, and have ended. */
export function unkept(id: string, order: OrderState | undefined): string | undefined {
  if (order === undefined) return `${id} was acknowledged, but order never recorded it`
  return order.status === 'open'
    ? `${id} was acknowledged, and is neither confirmed nor cancelled`
    : undefined
}

export function ordersEnded(orders: ReadonlyMap<string, OrderState>): InvariantResult {
  return judge('every recorded order has ended', [...orders.values()], ({ id, status }) =>
    status === 'open' ? `${id} is neither confirmed nor cancelled` : undefined,
  )
}

/** A client that repeats a request under its key must get the order of before; another's key is another key. */
export function oneOrderForEachKey(feed: readonly OrderEvent[]): InvariantResult {
  const orders = new Map<string, string>()
  const placed = feed.filter(({ type, data }) => type === 'order.placed' && data.key !== undefined)
  return judge('one order for each idempotency key', placed, ({ orderId, data: { key = '', subject } }) => {
    const whose = JSON.stringify([subject, key])
    const other = orders.get(whose)
    orders.set(whose, orderId)
    return other === undefined ? undefined : `the key ${key} made two orders, ${other} and ${orderId}`
  })
}

/** @param logged how many events the log had on disk before the feed was read; none if that was not looked at */
export function feedHasNoGaps(feed: readonly OrderEvent[], logged: number): InvariantResult {
  const versions = new Map<string, number>()
  const ended = new Set<string>()
  const untold = Array.from({ length: Math.max(0, logged - feed.length) }, () => undefined)
  return judge(
    'the feed has no gaps',
    [...feed, ...untold].map((event, index) => ({ event, expected: index + 1 })),
    ({ event, expected }) => {
      if (event === undefined) return `event ${expected} is in the log, but the feed ends before it`
      const { pos, orderId, version, type } = event
      const before = versions.get(orderId) ?? 0
      versions.set(orderId, version)
      const wasEnded = ended.has(orderId)
      if (type === 'order.confirmed' || type === 'order.cancelled') ended.add(orderId)
      if (pos !== expected) return `event ${expected} is missing; ${pos} follows`
      if (version !== before + 1) return `${orderId} goes from version ${before} to ${version}`
      return wasEnded ? `${orderId} had ended before ${type} (event ${pos})` : undefined
    },
  )
}
