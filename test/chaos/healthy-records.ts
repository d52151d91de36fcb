// Records of a system in which all went well, for tests to spoil.

import type { MessageRecord, OrderEvent, SystemRecords } from '../../src/chaos/invariants.ts'

type Mutable<T> = { -readonly [K in keyof T]: T[K] extends readonly (infer E)[] | null ? E[] : T[K] }
export type Records = Mutable<SystemRecords>

/** o1 was confirmed after a delay, o2 was cancelled. */
export function healthy(): Records {
  const event = (pos: number, orderId: string, version: number, type: string): OrderEvent => {
    const data =
      type === 'order.placed'
        ? { key: `k-${orderId}`, paymentKey: `charge-${orderId}`, amountCents: 500 }
        : {}
    return { pos, id: `e${pos}`, orderId, version, type, data }
  }
  const message = (eventId: string, orderId: string, kind: string, channel: string): MessageRecord => ({
    id: `${eventId}:${channel}`,
    eventId,
    orderId,
    kind,
    channel,
    state: 'sent',
  })
  const messages = [
    message('e3', 'o1', 'payment-delayed', 'email'),
    message('e4', 'o1', 'receipt', 'email'),
    message('e4', 'o1', 'receipt', 'push'),
    message('e5', 'o2', 'order-cancelled', 'email'),
    message('e5', 'o2', 'order-cancelled', 'sms'),
  ]
  return {
    acknowledged: [
      { arrival: 0, key: 'k-o1', id: 'o1', status: 201 },
      { arrival: 1, key: 'k-o2', id: 'o2', status: 202 },
    ],
    feed: [
      event(1, 'o1', 1, 'order.placed'),
      event(2, 'o2', 1, 'order.placed'),
      event(3, 'o1', 2, 'order.payment_pending'),
      event(4, 'o1', 3, 'order.confirmed'),
      event(5, 'o2', 2, 'order.cancelled'),
    ],
    charges: [
      { key: 'charge-o1', orderId: 'o1', amountCents: 500, state: 'captured' },
      { key: 'charge-o2', orderId: 'o2', amountCents: 500, state: 'declined' },
    ],
    ledger: [
      { id: 'p1', reference: 'o1', amountCents: 500, state: 'captured' },
      { id: 'p2', reference: 'o2', amountCents: 500, state: 'declined' },
    ],
    news: [
      { event: 'order.confirmed', channels: ['email', 'push'] },
      { event: 'order.payment_pending', channels: ['email'] },
      { event: 'order.cancelled', channels: ['email', 'sms'] },
    ],
    messages,
    mailbox: structuredClone(messages),
    audit: { events: 5, head: { pos: 5, hash: 'x' }, anchors: 1, broken: null },
  }
}
