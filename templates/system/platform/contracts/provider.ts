// What the sandbox offers in place of the company that moves the money. Everything is on disk before it
// is answered; the same key gets the same answer.

import { Type } from '../src/schema.ts'
import { contract, ErrorBody, PageQuery } from '../src/contract.ts'

const Key = Type.String({ minLength: 1, maxLength: 250 })
const headers = Type.Object({ 'idempotency-key': Key })
const params = Type.Object({ id: Type.String({ minLength: 1, maxLength: 100 }) })

const NewPayment = Type.Object({
  /** The shop's own name for it. */
  reference: Type.String({ minLength: 1, maxLength: 100 }),
  amountCents: Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER }),
})

const Payment = Type.Object({
  /** Its place in the books. */
  pos: Type.Integer(),
  id: Type.String(),
  reference: Type.String(),
  amountCents: Type.Integer(),
  state: Type.Enum(['authorised', 'captured', 'refunded', 'voided', 'declined']),
  /** Epoch milliseconds. */
  at: Type.Number(),
})

const share = Type.Number({ minimum: 0, maximum: 1 })

const Mood = Type.Object({
  declineShare: share,
  refusedCaptureShare: share,
  lostAnswerShare: share,
  delayMs: Type.Integer({ minimum: 0, maximum: 60_000 }),
})

const moved = { 200: Payment, 400: ErrorBody, 404: ErrorBody, 409: ErrorBody, 422: ErrorBody }

export const providerContract = contract({
  authorise: {
    method: 'POST',
    path: '/payments',
    summary: 'Reserves the money: 201 authorised, 402 declined.',
    headers,
    body: NewPayment,
    answers: { 201: Payment, 402: Payment, 400: ErrorBody, 422: ErrorBody },
  },
  capture: {
    method: 'POST',
    path: '/payments/:id/capture',
    summary: 'Takes what is reserved; 409 when its state does not allow it, or it is refused.',
    params,
    headers,
    answers: moved,
  },
  refund: {
    method: 'POST',
    path: '/payments/:id/refund',
    summary: 'Gives back what was taken.',
    params,
    headers,
    answers: moved,
  },
  void: {
    method: 'POST',
    path: '/payments/:id/void',
    summary: 'Gives up what is reserved.',
    params,
    headers,
    answers: moved,
  },
  findByKey: {
    method: 'GET',
    path: '/payments/by-key/:key',
    summary: 'The payment that this key made or changed. Moves nothing.',
    params: Type.Object({ key: Key }),
    answers: { 200: Payment, 400: ErrorBody, 404: ErrorBody },
  },
  listPayments: {
    method: 'GET',
    path: '/payments',
    summary: 'The books.',
    query: PageQuery,
    answers: {
      200: Type.Object({ payments: Type.Array(Payment), next: Type.Integer() }),
      400: ErrorBody,
    },
  },
  behave: {
    method: 'PUT',
    path: '/sandbox',
    summary: 'How it behaves from now on; what is left out is well.',
    body: Type.Partial(Mood),
    answers: { 200: Mood, 400: ErrorBody },
  },
})
