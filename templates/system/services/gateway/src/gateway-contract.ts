// What the gateway offers to the outside: order's routes, for those who may.

import { contract, ErrorBody } from '@system/platform/contract'
import { orderContract } from '@system/platform/contracts/order'
import { Type } from '@system/platform/schema'

const refusals = { 401: ErrorBody, 403: ErrorBody, 429: ErrorBody, 503: ErrorBody, 504: ErrorBody }

const { placeOrder, readOrder } = orderContract

export const gatewayContract = contract({
  placeOrder: {
    ...placeOrder,
    // Who is asking stands in the token, and nowhere else.
    headers: Type.Pick(placeOrder.headers, ['idempotency-key']),
    scope: 'orders:write',
    answers: { ...placeOrder.answers, ...refusals },
  },
  readOrder: {
    method: readOrder.method,
    path: readOrder.path,
    summary: readOrder.summary,
    // Stricter than order: what cannot be an id costs it nothing.
    params: Type.Object({ id: Type.String({ pattern: '^[A-Za-z0-9-]{1,100}$' }) }),
    query: readOrder.query,
    scope: 'orders:read',
    answers: { ...readOrder.answers, ...refusals },
  },
})

/** Tokens for anybody, and the keys that they are signed with: served in development only. */
export const tokenContract = contract({
  issueToken: {
    method: 'POST',
    path: '/token',
    summary: 'A token for development, which allows everything for a day.',
    // Whose orders and keys they are: two subjects can be played by hand.
    query: Type.Object({ subject: Type.String({ minLength: 1, maxLength: 100, default: 'developer' }) }),
    answers: { 200: Type.Object({ token: Type.String() }), 400: ErrorBody },
  },
  readKeys: {
    method: 'GET',
    path: '/.well-known/jwks.json',
    summary: 'The public keys of those tokens.',
    answers: { 200: Type.Object({ keys: Type.Array(Type.Record(Type.String(), Type.Unknown())) }) },
  },
})

export const everyScope = 'orders:read orders:write'
