// POST /charges              Idempotency-Key, {orderId, amountCents} → 201 captured, 402 declined,
//                            202 not settled yet: ask again under the same key
// POST /charges/:id/refund   → 200 refunded, 202 not settled yet, 409 when there is nothing to give back
// GET  /charges/:id          the charge
// GET  /charges              ?after=<pos>&limit= → {charges, next}: who was charged, and how often
// GET  /openapi.json         all of this, as platform/contracts/payment.ts declares it

import type { App } from '@system/platform'
import { refusal, serveContract } from '@system/platform/contract-server'
import { paymentContract } from '@system/platform/contracts/payment'
import type { Charge, ChargeStore } from './charge-store.ts'
import type { Provider } from './provider.ts'
import { refundKey, type Settle } from './settle-charge.ts'

export interface RouteOptions {
  store: ChargeStore
  settle: Settle
  provider: Provider
}

export function addRoutes(app: App, { store, settle, provider }: RouteOptions): void {
  const serve = serveContract(app, paymentContract, 'payment')

  serve.charge(async ({ headers, body: { orderId, amountCents } }) => {
    const result = await store.request({ key: headers['idempotency-key'], orderId, amountCents })
    if (result.kind === 'key-reused') {
      return refusal(422, 'key-reused', 'This Idempotency-Key was used for another charge.')
    }
    const charge = await settle(result.charge)
    return { status: statusCodes[charge.state], body: charge }
  })

  serve.refund(async ({ params: { id } }) => {
    const charge = store.find(id)
    if (charge === undefined) return refusal(404, 'no-such-charge', 'There is no such charge.')
    if (charge.state === 'refunded') return { status: 200, body: charge }
    if (charge.state !== 'captured' || charge.providerId === null) {
      return refusal(409, 'not-captured', `The charge is ${charge.state}.`)
    }
    const result = await provider.refund(refundKey(charge), charge.providerId)
    if (result.kind !== 'done') return { status: 202, body: charge }
    return { status: 200, body: await store.enter(charge.id, 'refunded', result.payment.id) }
  })

  serve.readCharge(({ params: { id } }) => {
    const charge = store.find(id)
    if (charge === undefined) return refusal(404, 'no-such-charge', 'There is no such charge.')
    return { status: 200, body: charge }
  })

  serve.listCharges(({ query: { after, limit } }) => {
    const charges = store.list(after, limit)
    return { status: 200, body: { charges, next: charges.at(-1)?.pos ?? after } }
  })
}

/** The same for every repetition: what was captured once is answered 201 for ever. */
const statusCodes = {
  requested: 202,
  authorised: 202,
  captured: 201,
  refunded: 201,
  declined: 402,
} as const satisfies Record<Charge['state'], number>
