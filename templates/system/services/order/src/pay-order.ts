// One attempt to have an order paid, through the breaker of the edge to payment.
//
// The key was recorded when the order was placed, so that every attempt for one order uses the same: an
// attempt that got no answer may have charged all the same, and the next one then finds that charge.

import { askedToWaitMs, refusedWaitMs } from '@system/platform'
import type { Called, Client } from '@system/platform/contract-client'
import type { paymentContract } from '@system/platform/contracts/payment'
import type { Order } from './order.ts'
import type { OrderStore } from './order-store.ts'

export type PaymentResult =
  | { kind: 'settled'; order: Order }
  /** Try again, not before the time has passed. */
  | { kind: 'unavailable'; reason: string; retryAfterMs: number }

const retryAfterMs = 100

export interface PayOptions {
  payment: Client<typeof paymentContract>
  store: OrderStore
}

export async function payOrder(
  { payment, store }: PayOptions,
  order: Order,
  retryAttempt: number,
): Promise<PaymentResult> {
  const result = await payment.charge({
    body: { orderId: order.id, amountCents: order.amountCents },
    idempotencyKey: order.paymentKey,
    retryAttempt,
  })
  if (result.kind === 'refused') {
    const reason = result.by === 'breaker' ? 'the breaker is open' : 'too many payments are under way'
    return { kind: 'unavailable', reason, retryAfterMs: refusedWaitMs(result.retryAfterMs) }
  }
  if (result.kind === 'failed') return { kind: 'unavailable', reason: result.message, retryAfterMs }
  const { status, headers } = result
  const { key } = order
  const verdict = verdictOf(result, order)
  if (verdict.kind === 'charged') {
    const data = { key, chargeId: verdict.chargeId }
    return { kind: 'settled', order: await store.append(order.id, { type: 'order.confirmed', data }) }
  }
  if (verdict.kind === 'turned-down') {
    const data = { key, reason: `payment answered ${status}` }
    return { kind: 'settled', order: await store.append(order.id, { type: 'order.cancelled', data }) }
  }
  const reason = status === 202 ? 'payment does not know yet' : `payment answered ${status}`
  return { kind: 'unavailable', reason, retryAfterMs: askedToWaitMs(headers) ?? retryAfterMs }
}

type Verdict = { kind: 'charged'; chargeId: string } | { kind: 'turned-down' } | { kind: 'open' }

/**
 * What payment itself said of this order, and for good. A status alone says nothing, whoever sent it: an order that is
 * cancelled is never asked for again, and may have been charged.
 */
function verdictOf(result: Called<typeof paymentContract.charge>, order: Order): Verdict {
  if (result.kind !== 'answered') return { kind: 'open' }
  switch (result.status) {
    case 201:
    case 402: {
      const charge = result.json()
      if (charge?.orderId !== order.id) return { kind: 'open' }
      if (result.status === 201) return { kind: 'charged', chargeId: charge.id }
      return { kind: charge.state === 'declined' ? 'turned-down' : 'open' }
    }
    // It would be the same tomorrow.
    case 400:
    case 422:
      return { kind: result.json() === undefined ? 'open' : 'turned-down' }
    default:
      return { kind: 'open' }
  }
}
