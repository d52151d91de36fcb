// What an order is: the sum of what happened to it.
//
//   order.placed ─▶ (order.payment_pending) ─▶ order.paid
//                                           └▶ order.rejected

export interface OrderLine {
  sku: string
  quantity: number
  amountCents: number
}

/** What can happen to an order, with the data of each. */
export type OrderEvent =
  /** `key` is the client's Idempotency-Key; `paymentKey` the one under which payment is asked, always. */
  | { type: 'order.placed'; data: OrderLine & { key: string; paymentKey: string } }
  /** Payment did not answer; whether it charged is unknown. */
  | { type: 'order.payment_pending'; data: { key: string; reason: string } }
  | { type: 'order.paid'; data: { key: string; chargeId: string } }
  /** Payment will never charge this. */
  | { type: 'order.rejected'; data: { key: string; reason: string } }

export interface Order extends OrderLine {
  id: string
  key: string
  paymentKey: string
  status: OrderStatus
  /** Of the last event; the next one gets the number after it. */
  version: number
}

export type OrderStatus = 'pending_payment' | 'paid' | 'rejected'

/** An order that was placed and not paid is pending, also when we died before we could say so. */
export function foldOrder(id: string, events: OrderEvent[]): Order | undefined {
  const [first] = events
  if (first?.type !== 'order.placed') return undefined
  return { id, ...first.data, status: statusAfter(events), version: events.length }
}

function statusAfter(events: OrderEvent[]): OrderStatus {
  if (events.some(({ type }) => type === 'order.paid')) return 'paid'
  if (events.some(({ type }) => type === 'order.rejected')) return 'rejected'
  return 'pending_payment'
}
