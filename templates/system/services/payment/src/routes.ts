// POST /charges              Idempotency-Key, {orderId, amountCents} → 201 captured, 402 declined,
//                            202 not settled yet: ask again under the same key
// POST /charges/:id/refund   → 200 refunded, 202 not settled yet, 409 when there is nothing to give back, or
//                            the provider refuses to
// GET  /charges/:id          the charge
// GET  /charges              ?after=<pos>&limit= → {charges, next}: who was charged, and how often
// GET  /openapi.json         all of this, as platform/contracts/payment.ts declares it

import type { App } from '@system/platform'
import { refusal, serveContract } from '@system/platform/contract-server'
import { paymentContract } from '@system/platform/contracts/payment'
import type { Charge, ChargeStore } from './charge-store.ts'
import type { Settle } from './settle-charge.ts'

export interface RouteOptions {
  store: ChargeStore
  settle: Settle
}

export function addRoutes(app: App, { store, settle }: RouteOptions): void {
  const serve = serveContract(app, paymentContract, 'payment')

  serve.charge(async ({ headers, body: { orderId, amountCents } }) => {
    const result = await store.request({ key: headers['idempotency-key'], orderId, amountCents })
    if (result.kind === 'key-reused') {
      return refusal(422, 'key-reused', 'This Idempotency-Key was used for another charge.')
    }
    const { charge } = result
    return chargeAnswer(isCharging(charge) ? await settle(charge) : charge)
  })

  serve.refund(async ({ params: { id } }) => {
    const known = store.find(id)
    if (known === undefined) return refusal(404, 'no-such-charge', 'There is no such charge.')
    const charge =
      known.state === 'captured' ? await store.enter(id, 'refund_requested', known.providerId) : known
    return refundAnswer(charge.state === 'refund_requested' ? await settle(charge) : charge)
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

const isCharging = ({ state }: Charge): boolean => state === 'requested' || state === 'authorised'

/** The same for every repetition: what was captured once is answered so for ever, also after a refund. */
function chargeAnswer(charge: Charge) {
  switch (charge.state) {
    case 'requested':
    case 'authorised':
      return { status: 202, body: charge } as const
    case 'declined':
      return { status: 402, body: charge } as const
    case 'captured':
    case 'refund_requested':
    case 'refunded':
    case 'refund_refused':
      return { status: 201, body: { ...charge, state: 'captured' } } as const
  }
}

function refundAnswer(charge: Charge) {
  switch (charge.state) {
    case 'refunded':
      return { status: 200, body: charge } as const
    case 'captured':
    case 'refund_requested':
      return { status: 202, body: charge } as const
    case 'refund_refused':
      return refusal(409, 'refund-refused', 'The provider refuses to give it back.')
    case 'requested':
    case 'authorised':
    case 'declined':
      return refusal(409, 'not-captured', `The charge is ${charge.state}.`)
  }
}
