// What an order is: the sum of what happened to it.
//
//   order.placed ─▶ (order.payment_pending) ─▶ order.confirmed
//                                           └▶ order.cancelled

import type { NewEvent } from './event-store.ts'

export interface OrderLine {
  sku: string
  quantity: number
  amountCents: number
}

/** What can happen to an order, with the data of each. */
export type OrderEvent =
  /**
   * `key` is the client's Idempotency-Key, and `subject` whose it is; `paymentKey` the one under which payment is asked,
   * always.
   */
  | { type: 'order.placed'; data: OrderLine & { key: string; subject?: string; paymentKey: string } }
  /** Payment did not answer; whether it charged is unknown. */
  | { type: 'order.payment_pending'; data: { key: string; reason: string } }
  /** Payment has captured the money. */
  | { type: 'order.confirmed'; data: { key: string; chargeId: string } }
  /** Payment will never charge this. */
  | { type: 'order.cancelled'; data: { key: string; reason: string } }

export interface Order extends OrderLine {
  id: string
  key: string
  subject?: string
  paymentKey: string
  status: OrderStatus
  /** Of the last event; the next one gets the number after it. */
  version: number
}

export type OrderStatus = 'pending_payment' | 'confirmed' | 'cancelled'

/** The events that end an order. */
export const isFinal = (type: string): boolean => type === 'order.confirmed' || type === 'order.cancelled'

/** An order that was placed and not ended is pending, also when we died before we could say so. */
export function foldOrder(id: string, events: NewEvent[]): Order | undefined {
  const [first] = events as OrderEvent[]
  if (first?.type !== 'order.placed') return undefined
  return { id, ...first.data, status: statusAfter(events), version: events.length }
}

/** Who names no subject is one of us: for whoever is outside, the gateway names one. */
export const mayRead = (subject: string | undefined, order: Order): boolean =>
  subject === undefined || subject === order.subject

function statusAfter(events: NewEvent[]): OrderStatus {
  if (events.some(({ type }) => type === 'order.confirmed')) return 'confirmed'
  if (events.some(({ type }) => type === 'order.cancelled')) return 'cancelled'
  return 'pending_payment'
}
