// POST /orders               Idempotency-Key, {sku, quantity, amountCents}
//                            → 201 confirmed, 202 pending_payment, 402 cancelled
// GET  /orders/:id           the order as it is now; ?version=2 or ?at=2026-11-24T12:00:00Z as it was then
// GET  /orders/:id/history   → {orderId, events}: what happened to it
// GET  /feed                 ?after=<pos>&limit=&waitMs= → {events, next}: all that happened, in order; with
//                            waitMs the answer waits for the next event (long poll)

import { randomUUID } from 'node:crypto'
import { sendError, type App } from '@system/platform'
import { Type } from 'typebox'
import type { Until } from './event-store.ts'
import type { Order, OrderLine, OrderStatus } from './order.ts'
import type { OrderStore } from './order-store.ts'
import type { PlaceResult } from './place-order.ts'

const newOrder = {
  headers: Type.Object({ 'idempotency-key': Type.Optional(Type.String({ minLength: 1, maxLength: 200 })) }),
  body: Type.Object({
    sku: Type.String({ minLength: 1, maxLength: 100 }),
    quantity: Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER }),
    amountCents: Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER }),
  }),
}

const orderId = Type.Object({ id: Type.String({ minLength: 1, maxLength: 100 }) })

const oneOrder = {
  params: orderId,
  querystring: Type.Object({
    version: Type.Optional(Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER })),
    at: Type.Optional(Type.String({ minLength: 1, maxLength: 40 })),
  }),
}

const page = {
  querystring: Type.Object({
    after: Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER, default: 0 }),
    limit: Type.Integer({ minimum: 1, maximum: 1000, default: 100 }),
    waitMs: Type.Integer({ minimum: 0, maximum: 30_000, default: 0 }),
  }),
}

const statusCodes: Record<OrderStatus, number> = { confirmed: 201, pending_payment: 202, cancelled: 402 }

export interface RouteOptions {
  store: OrderStore
  place: (key: string, line: OrderLine) => Promise<PlaceResult>
}

export function addRoutes(app: App, { store, place }: RouteOptions): void {
  app.post('/orders', { schema: newOrder }, async (request, reply) => {
    const result = await place(request.headers['idempotency-key'] ?? randomUUID(), request.body)
    if (result.kind === 'key-reused') {
      return sendError(reply, 422, 'key-reused', 'This Idempotency-Key was used for another order.')
    }
    return reply.code(statusCodes[result.order.status]).send(view(result.order))
  })

  app.get('/orders/:id', { schema: oneOrder }, (request, reply) => {
    const when = momentOf(request.query)
    if (when === 'unreadable') {
      return sendError(
        reply,
        400,
        'invalid',
        'Give either version, or at as a time such as 2026-11-24T12:00:00Z.',
      )
    }
    const order = store.find(request.params.id, when)
    if (order === undefined) {
      return sendError(reply, 404, 'no-such-order', 'There is no such order, or there was none at that time.')
    }
    if (when !== undefined && 'version' in when && order.version < when.version) {
      return sendError(reply, 404, 'no-such-version', `The order is at version ${order.version}.`)
    }
    return view(order)
  })

  app.get('/orders/:id/history', { schema: { params: orderId } }, (request, reply) => {
    const { id } = request.params
    const events = store.history(id)
    if (events.length === 0) return sendError(reply, 404, 'no-such-order', 'There is no such order.')
    return { orderId: id, events }
  })

  app.get('/feed', { schema: page }, async ({ query: { after, limit, waitMs } }) => {
    if (waitMs > 0) await store.untilAfter(after, waitMs)
    const events = store.feed(after, limit)
    return { events, next: events.at(-1)?.pos ?? after }
  })
}

const view = ({ id, status, sku, quantity, amountCents, version }: Order) => ({
  id,
  status,
  sku,
  quantity,
  amountCents,
  version,
})

/** Epoch milliseconds or ISO 8601; undefined for now. */
function momentOf(query: { version?: number; at?: string }): Until | undefined | 'unreadable' {
  if (query.version !== undefined) return query.at === undefined ? { version: query.version } : 'unreadable'
  if (query.at === undefined) return undefined
  const at = /^\d+$/.test(query.at) ? Number(query.at) : Date.parse(query.at)
  return Number.isNaN(at) ? 'unreadable' : { at }
}
