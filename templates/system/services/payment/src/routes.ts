// POST /charges              Idempotency-Key, {orderId, amountCents} → 201 captured, 402 declined,
//                            202 not settled yet: ask again under the same key
// POST /charges/:id/refund   → 200 refunded, 202 not settled yet, 409 when there is nothing to give back
// GET  /charges/:id          the charge
// GET  /charges              ?after=<pos>&limit= → {charges, next}: who was charged, and how often

import { sendError, type App } from '@system/platform'
import { Type } from 'typebox'
import type { Charge, ChargeStore } from './charge-store.ts'
import type { Provider } from './provider.ts'
import { refundKey, type Settle } from './settle-charge.ts'

const newCharge = {
  headers: Type.Object({ 'idempotency-key': Type.String({ minLength: 1, maxLength: 200 }) }),
  body: Type.Object({
    orderId: Type.String({ minLength: 1, maxLength: 100 }),
    amountCents: Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER }),
  }),
}

const oneCharge = { params: Type.Object({ id: Type.String({ minLength: 1, maxLength: 100 }) }) }

const page = {
  querystring: Type.Object({
    after: Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER, default: 0 }),
    limit: Type.Integer({ minimum: 1, maximum: 1000, default: 100 }),
  }),
}

export interface RouteOptions {
  store: ChargeStore
  settle: Settle
  provider: Provider
}

export function addRoutes(app: App, { store, settle, provider }: RouteOptions): void {
  app.post('/charges', { schema: newCharge }, async (request, reply) => {
    const result = await store.request({ key: request.headers['idempotency-key'], ...request.body })
    if (result.kind === 'key-reused') {
      return sendError(reply, 422, 'key-reused', 'This Idempotency-Key was used for another charge.')
    }
    const charge = await settle(result.charge)
    return reply.code(statusCodes[charge.state]).send(charge)
  })

  app.post('/charges/:id/refund', { schema: oneCharge }, async (request, reply) => {
    const charge = store.find(request.params.id)
    if (charge === undefined) return sendError(reply, 404, 'no-such-charge', 'There is no such charge.')
    if (charge.state === 'refunded') return charge
    if (charge.state !== 'captured' || charge.providerId === null) {
      return sendError(reply, 409, 'not-captured', `The charge is ${charge.state}.`)
    }
    const result = await provider.refund(refundKey(charge), charge.providerId)
    if (result.kind !== 'done') return reply.code(202).send(charge)
    return store.enter(charge.id, 'refunded', result.payment.id)
  })

  app.get('/charges/:id', { schema: oneCharge }, (request, reply) => {
    const charge = store.find(request.params.id)
    return charge ?? sendError(reply, 404, 'no-such-charge', 'There is no such charge.')
  })

  app.get('/charges', { schema: page }, ({ query }) => {
    const charges = store.list(query.after, query.limit)
    return { charges, next: charges.at(-1)?.pos ?? query.after }
  })
}

/** The same for every repetition: what was captured once is answered 201 for ever. */
const statusCodes: Record<Charge['state'], number> = {
  requested: 202,
  authorised: 202,
  captured: 201,
  refunded: 201,
  declined: 402,
}
