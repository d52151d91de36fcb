// POST /payments               Idempotency-Key, {reference, amountCents} → 201 authorised, 402 declined
// POST /payments/:id/capture   Idempotency-Key → 200 the payment; 409 when its state does not allow it
// POST /payments/:id/refund    the same
// POST /payments/:id/void      the same: gives an authorised payment up
// GET  /payments/by-key/:key   → 200 the payment that this key made or changed, 404
// GET  /payments               ?after=<pos>&limit= → {payments, next}: the books
// PUT  /sandbox                {declineShare, refusedCaptureShare, lostAnswerShare, delayMs} → how it behaves from now on
// GET  /openapi.json           all of this, as platform/contracts/provider.ts declares it
//
// Everything is on disk before it is answered. A lost answer is done and on disk, and nobody hears of it.

import { setTimeout as sleep } from 'node:timers/promises'
import type { App } from '@system/platform'
import { refusal, sent, serveContract, type Handler } from '@system/platform/contract-server'
import { providerContract } from '@system/platform/contracts/provider'
import type { FastifyReply } from 'fastify'
import type { Ledger, Move } from './ledger.ts'
import { createShare, type Mood } from './mood.ts'

const wellBehaved: Mood = { declineShare: 0, refusedCaptureShare: 0, lostAnswerShare: 0, delayMs: 0 }

export function addRoutes(app: App, ledger: Ledger, firstMood: Mood): void {
  let mood = firstMood
  const isDeclined = createShare()
  const isCaptureRefused = createShare()
  const isLost = createShare()
  const serve = serveContract(app, providerContract, 'provider')

  serve.authorise(async ({ headers, body: { reference, amountCents } }, { reply }) => {
    const request = { reference, amountCents }
    const result = await ledger.authorise(headers['idempotency-key'], request, () =>
      isDeclined(mood.declineShare),
    )
    if (await isLostOnTheWay(reply)) return sent
    if (result.kind === 'key-reused') return keyReused
    return { status: result.payment.state === 'declined' ? 402 : 201, body: result.payment }
  })

  serve.capture(moveBy('capture'))
  serve.refund(moveBy('refund'))
  serve.void(moveBy('void'))

  serve.findByKey(({ params: { key } }) => {
    const payment = ledger.findByKey(key)
    if (payment === undefined) return refusal(404, 'no-such-key', 'No payment was asked for under this key.')
    return { status: 200, body: payment }
  })

  serve.listPayments(({ query: { after, limit } }) => {
    const payments = ledger.list(after, limit)
    return { status: 200, body: { payments, next: payments.at(-1)?.pos ?? after } }
  })

  serve.behave(({ body }) => {
    mood = { ...wellBehaved, ...body }
    return { status: 200, body: mood }
  })

  function moveBy(move: Move): Handler<(typeof providerContract)[Move]> {
    return async ({ headers, params: { id } }, { reply }) => {
      const result = await ledger.move(
        headers['idempotency-key'],
        id,
        move,
        () => move === 'capture' && isCaptureRefused(mood.refusedCaptureShare),
      )
      if (await isLostOnTheWay(reply)) return sent
      switch (result.kind) {
        case 'done':
          return { status: 200, body: result.payment }
        case 'unknown':
          return refusal(404, 'no-such-payment', 'There is no such payment.')
        case 'not-allowed':
          return refusal(409, 'not-allowed', `The payment is ${result.state}.`)
        case 'refused':
          return refusal(409, 'refused', `The ${move} is refused.`)
        case 'key-reused':
          return keyReused
      }
    }
  }

  /** After the time that an answer takes; one that is lost leaves nothing to be answered. */
  async function isLostOnTheWay(reply: FastifyReply): Promise<boolean> {
    if (mood.delayMs > 0) await sleep(mood.delayMs)
    if (!isLost(mood.lostAnswerShare)) return false
    reply.hijack()
    reply.request.raw.socket.destroy()
    return true
  }
}

const keyReused = refusal(422, 'key-reused', 'This Idempotency-Key was used for something else.')
