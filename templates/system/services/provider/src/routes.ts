// POST /payments               Idempotency-Key, {reference, amountCents} → 201 authorised, 402 declined
// POST /payments/:id/capture   Idempotency-Key → 200 the payment; 409 when its state does not allow it
// POST /payments/:id/refund    the same
// POST /payments/:id/void      the same: gives an authorised payment up
// GET  /payments/by-key/:key   → 200 the payment that this key made or changed, 404
// GET  /payments               ?after=<pos>&limit= → {payments, next}: the books
// PUT  /sandbox                {declineShare, lostAnswerShare, delayMs} → how it behaves from now on
//
// Everything is on disk before it is answered. A lost answer is done and on disk, and nobody hears of it.

import { setTimeout as sleep } from 'node:timers/promises'
import { sendError, type App } from '@system/platform'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import type { Ledger, LedgerResult, Move } from './ledger.ts'
import { createShare, type Mood } from './mood.ts'

const key = Type.String({ minLength: 1, maxLength: 250 })
const withKey = Type.Object({ 'idempotency-key': key })
const id = Type.Object({ id: Type.String({ minLength: 1, maxLength: 100 }) })
const share = Type.Number({ minimum: 0, maximum: 1, default: 0 })

const newPayment = {
  headers: withKey,
  body: Type.Object({
    reference: Type.String({ minLength: 1, maxLength: 100 }),
    amountCents: Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER }),
  }),
}

const page = {
  querystring: Type.Object({
    after: Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER, default: 0 }),
    limit: Type.Integer({ minimum: 1, maximum: 1000, default: 100 }),
  }),
}

const newMood = {
  body: Type.Object({
    declineShare: share,
    lostAnswerShare: share,
    delayMs: Type.Integer({ minimum: 0, maximum: 60_000, default: 0 }),
  }),
}

export function addRoutes(app: App, ledger: Ledger, firstMood: Mood): void {
  let mood = firstMood
  const isDeclined = createShare()
  const isLost = createShare()

  app.post('/payments', { schema: newPayment }, async (request, reply) => {
    const result = await ledger.authorise(request.headers['idempotency-key'], request.body, () =>
      isDeclined(mood.declineShare),
    )
    return answer(request, reply, result, 201)
  })

  for (const move of ['capture', 'refund', 'void'] satisfies Move[]) {
    app.post(`/payments/:id/${move}`, { schema: { params: id, headers: withKey } }, async (request, reply) =>
      answer(
        request,
        reply,
        await ledger.move(request.headers['idempotency-key'], request.params.id, move),
        200,
      ),
    )
  }

  app.get('/payments/by-key/:key', { schema: { params: Type.Object({ key }) } }, (request, reply) => {
    const payment = ledger.findByKey(request.params.key)
    return payment ?? sendError(reply, 404, 'no-such-key', 'No payment was asked for under this key.')
  })

  app.get('/payments', { schema: page }, ({ query }) => {
    const payments = ledger.list(query.after, query.limit)
    return { payments, next: payments.at(-1)?.pos ?? query.after }
  })

  app.put('/sandbox', { schema: newMood }, ({ body }) => (mood = body))

  async function answer(
    request: FastifyRequest,
    reply: FastifyReply,
    result: LedgerResult,
    status: number,
  ): Promise<FastifyReply> {
    if (mood.delayMs > 0) await sleep(mood.delayMs)
    if (isLost(mood.lostAnswerShare)) {
      reply.hijack()
      request.raw.socket.destroy()
      return reply
    }
    switch (result.kind) {
      case 'done':
        return reply.code(result.payment.state === 'declined' ? 402 : status).send(result.payment)
      case 'unknown':
        return sendError(reply, 404, 'no-such-payment', 'There is no such payment.')
      case 'not-allowed':
        return sendError(reply, 409, 'not-allowed', `The payment is ${result.state}.`)
      case 'key-reused':
        return sendError(reply, 422, 'key-reused', 'This Idempotency-Key was used for something else.')
    }
  }
}
