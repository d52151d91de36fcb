// Places an order: stored first, paid at once if possible, paid later if not. Payment being away is
// no reason to turn a customer away.

import type { Order, OrderLine } from './order.ts'
import type { OrderStore } from './order-store.ts'
import type { PaymentResult } from './pay-order.ts'

export type PlaceResult = { kind: 'order'; order: Order } | { kind: 'key-reused' }

export interface PlaceRequest {
  key: string
  /** Whose key it is. */
  subject: string | undefined
  line: OrderLine
}

export interface PlaceOptions {
  store: OrderStore
  pay: (order: Order, retryAttempt: number) => Promise<PaymentResult>
  payLater: (orderId: string, retryAfterMs: number) => void
}

/** Resolves once everything that the answer claims is on disk. */
export async function placeOrder(options: PlaceOptions, request: PlaceRequest): Promise<PlaceResult> {
  const { store, pay, payLater } = options
  const { key, subject, line } = request
  const placed = await store.place(key, line, subject)
  if (placed.kind === 'key-reused') return placed
  if (placed.kind === 'placed-before') return { kind: 'order', order: placed.order }

  const { order } = placed
  const result = await pay(order, 0)
  if (result.kind === 'settled') return { kind: 'order', order: result.order }
  const { reason, retryAfterMs } = result
  const pending = await store.append(order.id, { type: 'order.payment_pending', data: { key, reason } })
  payLater(order.id, retryAfterMs)
  return { kind: 'order', order: pending }
}
