// POST /orders       Idempotency-Key, {sku, quantity, amountCents} → 201 paid, 202 pending_payment, 402 rejected
// GET  /orders/:id   the order as it is now
// GET  /feed         ?after=<pos>&limit= → {events, next}: all that happened, in order, for followers

import { randomUUID } from 'node:crypto'
import { sendError, type App } from '@system/platform'
import { Type } from 'typebox'
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

const oneOrder = { params: Type.Object({ id: Type.String({ minLength: 1, maxLength: 100 }) }) }

const page = {
  querystring: Type.Object({
    after: Type.Integer({ minimum: 0, default: 0 }),
    limit: Type.Integer({ minimum: 1, maximum: 1000, default: 100 }),
  }),
}

const statusCodes: Record<OrderStatus, number> = { paid: 201, pending_payment: 202, rejected: 402 }

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
    const order = store.find(request.params.id)
    return order === undefined
      ? sendError(reply, 404, 'no-such-order', 'There is no such order.')
      : view(order)
  })

  app.get('/feed', { schema: page }, ({ query }) => {
    const events = store.feed(query.after, query.limit)
    return { events, next: events.at(-1)?.pos ?? query.after }
  })
}

const view = ({ id, status, sku, quantity, amountCents }: Order) => ({
  id,
  status,
  sku,
  quantity,
  amountCents,
})
