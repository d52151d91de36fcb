// What payment offers: charges, at most one for each key.

import { Type } from '../src/schema.ts'
import { contract, ErrorBody, PageQuery } from '../src/contract.ts'

const NewCharge = Type.Object({
  orderId: Type.String({ minLength: 1, maxLength: 100 }),
  amountCents: Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER }),
})

const Charge = Type.Object({
  /** Its place among all charges. */
  pos: Type.Integer(),
  id: Type.String(),
  /** The Idempotency-Key under which it was asked for. */
  key: Type.String(),
  orderId: Type.String(),
  amountCents: Type.Integer(),
  state: Type.Enum([
    'requested',
    'authorised',
    'captured',
    'declined',
    'refund_requested',
    'refunded',
    'refund_refused',
  ]),
  /** The provider's own id for it, once it has told us. */
  providerId: Type.Union([Type.String(), Type.Null()]),
  /** Epoch milliseconds. */
  at: Type.Number(),
})

const params = Type.Object({ id: Type.String({ minLength: 1, maxLength: 100 }) })

export const paymentContract = contract({
  charge: {
    method: 'POST',
    path: '/charges',
    summary:
      'Charges an order: 201 captured, 402 declined, 202 not settled yet, ask again under the same key.',
    headers: Type.Object({ 'idempotency-key': Type.String({ minLength: 1, maxLength: 200 }) }),
    body: NewCharge,
    answers: { 201: Charge, 202: Charge, 402: Charge, 400: ErrorBody, 422: ErrorBody },
  },
  refund: {
    method: 'POST',
    path: '/charges/:id/refund',
    summary: 'Gives back what was captured, once: 200 refunded, 202 not settled yet, 409 not to be had.',
    params,
    answers: { 200: Charge, 202: Charge, 400: ErrorBody, 404: ErrorBody, 409: ErrorBody },
  },
  readCharge: {
    method: 'GET',
    path: '/charges/:id',
    summary: 'The charge as it is now.',
    params,
    answers: { 200: Charge, 400: ErrorBody, 404: ErrorBody },
  },
  listCharges: {
    method: 'GET',
    path: '/charges',
    summary: 'Who was charged, in the order in which it was asked for.',
    query: PageQuery,
    answers: {
      200: Type.Object({ charges: Type.Array(Charge), next: Type.Integer() }),
      400: ErrorBody,
    },
  },
})
