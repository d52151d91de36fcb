// What order offers to those who place and read orders.

import { Type } from 'typebox'
import { contract, ErrorBody } from '../src/contract.ts'

export const NewOrder = Type.Object({
  sku: Type.String({ minLength: 1, maxLength: 100 }),
  quantity: Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER }),
  amountCents: Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER }),
})

export const Order = Type.Object({
  id: Type.String(),
  status: Type.Enum(['confirmed', 'pending_payment', 'cancelled']),
  sku: Type.String(),
  quantity: Type.Integer(),
  amountCents: Type.Integer(),
  /** How often something has happened to it. */
  version: Type.Integer(),
})

export const orderContract = contract({
  placeOrder: {
    method: 'POST',
    path: '/orders',
    summary: 'Places an order; the same Idempotency-Key is the same order.',
    headers: Type.Object({
      'idempotency-key': Type.Optional(Type.String({ minLength: 1, maxLength: 200 })),
    }),
    body: NewOrder,
    answers: { 201: Order, 202: Order, 402: Order, 400: ErrorBody, 422: ErrorBody },
  },
  readOrder: {
    method: 'GET',
    path: '/orders/:id',
    summary: 'The order as it is now.',
    params: Type.Object({ id: Type.String({ pattern: '^[A-Za-z0-9-]{1,100}$' }) }),
    answers: { 200: Order, 400: ErrorBody, 404: ErrorBody },
  },
})
