// POST /charges   Idempotency-Key, {orderId, amountCents} → 201 the charge; 200 when it was made before
// GET  /charges   ?after=<pos>&limit= → {charges, next}: who was charged, and how often

import { sendError, type App } from '@system/platform'
import { Type } from 'typebox'
import type { ChargeStore } from './charge-store.ts'

const newCharge = {
  headers: Type.Object({ 'idempotency-key': Type.String({ minLength: 1, maxLength: 200 }) }),
  body: Type.Object({
    orderId: Type.String({ minLength: 1, maxLength: 100 }),
    amountCents: Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER }),
  }),
}

const page = {
  querystring: Type.Object({
    after: Type.Integer({ minimum: 0, default: 0 }),
    limit: Type.Integer({ minimum: 1, maximum: 1000, default: 100 }),
  }),
}

export function addRoutes(app: App, store: ChargeStore): void {
  app.post('/charges', { schema: newCharge }, async (request, reply) => {
    const result = await store.charge({ key: request.headers['idempotency-key'], ...request.body })
    switch (result.kind) {
      case 'charged':
        return reply.code(201).send(result.charge)
      case 'charged-before':
        return reply.code(200).send(result.charge)
      case 'key-reused':
        return sendError(reply, 422, 'key-reused', 'This Idempotency-Key was used for another charge.')
    }
  })

  app.get('/charges', { schema: page }, ({ query }) => {
    const charges = store.list(query.after, query.limit)
    return { charges, next: charges.at(-1)?.pos ?? query.after }
  })
}
