// What order offers: to those who place and read orders, and to those who follow all that happens.

import { Type } from '../src/schema.ts'
import { contract, ErrorBody, PageQuery } from '../src/contract.ts'

const OrderLine = Type.Object({
  sku: Type.String({ minLength: 1, maxLength: 100 }),
  quantity: Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER }),
  amountCents: Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER }),
})

const Order = Type.Object({
  id: Type.String(),
  status: Type.Enum(['confirmed', 'pending_payment', 'cancelled']),
  sku: Type.String(),
  quantity: Type.Integer(),
  amountCents: Type.Integer(),
  /** How often something has happened to it. */
  version: Type.Integer(),
})

const OrderEvent = Type.Object({
  /** Its place in the feed: 1, 2, 3, … */
  pos: Type.Integer(),
  id: Type.String(),
  orderId: Type.String(),
  /** The version of the order that it made. */
  version: Type.Integer(),
  /** `order.placed`, `order.confirmed`, …: a follower passes over what it does not know. */
  type: Type.String(),
  data: Type.Record(Type.String(), Type.Unknown()),
  /** Epoch milliseconds. */
  at: Type.Number(),
  /** Of this event and, through it, of all before it. */
  hash: Type.String(),
})

const params = Type.Object({ id: Type.String({ minLength: 1, maxLength: 100 }) })

/** Who is asking, percent-encoded: as long as a token may be, three characters for each byte. */
const Subject = Type.Optional(Type.String({ minLength: 1, maxLength: 12_288 }))

/** The order of another subject is answered 404; who names none is one of us, and reads all. */
const readerHeaders = Type.Object({ 'x-subject': Subject })

export const orderContract = contract({
  placeOrder: {
    method: 'POST',
    path: '/orders',
    summary: 'Places an order; the same Idempotency-Key of the same subject is the same order.',
    headers: Type.Object({
      'idempotency-key': Type.Optional(Type.String({ minLength: 1, maxLength: 200 })),
      'x-subject': Subject,
    }),
    body: OrderLine,
    answers: { 201: Order, 202: Order, 402: Order, 400: ErrorBody, 422: ErrorBody },
  },
  readOrder: {
    method: 'GET',
    path: '/orders/:id',
    summary: 'The order as it is now, or as it was at a version or a time; to a subject, only its own.',
    params,
    headers: readerHeaders,
    query: Type.Object({
      version: Type.Optional(Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER })),
      /** A day or a time with its zone (ISO 8601), or epoch milliseconds (13 digits). */
      at: Type.Optional(Type.String({ minLength: 1, maxLength: 40 })),
    }),
    answers: { 200: Order, 400: ErrorBody, 404: ErrorBody },
  },
  readHistory: {
    method: 'GET',
    path: '/orders/:id/history',
    summary: 'What happened to an order; to a subject, only to its own.',
    params,
    headers: readerHeaders,
    answers: {
      200: Type.Object({ orderId: Type.String(), events: Type.Array(OrderEvent) }),
      400: ErrorBody,
      404: ErrorBody,
    },
  },
  readFeed: {
    method: 'GET',
    path: '/feed',
    summary: 'All that happened, in order; with waitMs the answer waits for news.',
    query: Type.Object({
      ...PageQuery.properties,
      waitMs: Type.Integer({ minimum: 0, maximum: 30_000, default: 0 }),
    }),
    answers: {
      200: Type.Object({ events: Type.Array(OrderEvent), next: Type.Integer() }),
      400: ErrorBody,
    },
  },
})
