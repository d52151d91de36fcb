// One attempt to have an order paid, through the breaker of the edge to payment.
//
// The key was recorded when the order was placed, so that every attempt for one order uses the same: an
// attempt that got no answer may have charged all the same, and the next one then finds that charge.

import { askedToWaitMs } from '@system/platform'
import type { Client } from '@system/platform/contract-client'
import type { paymentContract } from '@system/platform/contracts/payment'
import type { Order } from './order.ts'
import type { OrderStore } from './order-store.ts'

export type PaymentResult =
  | { kind: 'settled'; order: Order }
  /** Try again, not before the time has passed. */
  | { kind: 'unavailable'; reason: string; retryAfterMs: number }

/** Answers that will be the same tomorrow. All others (408, 429, 5xx, …) may get better. */
const finalStatuses = new Set([400, 402, 409, 422])
const retryAfterMs = 100
/** An open breaker may close much earlier than it says: its recovery probe asks twice a second. */
const maxRefusedMs = 1000

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
    return { kind: 'unavailable', reason, retryAfterMs: Math.min(maxRefusedMs, result.retryAfterMs) }
  }
  if (result.kind === 'failed') return { kind: 'unavailable', reason: result.message, retryAfterMs }
  const { status, headers } = result
  const { key } = order
  // An answer that is not a charge did not come from payment, whatever its status says.
  const charge = result.kind === 'answered' && result.status === 201 ? result.json() : undefined
  if (charge !== undefined) {
    const data = { key, chargeId: charge.id }
    return { kind: 'settled', order: await store.append(order.id, { type: 'order.confirmed', data }) }
  }
  if (finalStatuses.has(status)) {
    const data = { key, reason: `payment answered ${status}` }
    return { kind: 'settled', order: await store.append(order.id, { type: 'order.cancelled', data }) }
  }
  const reason = status === 202 ? 'payment does not know yet' : `payment answered ${status}`
  return { kind: 'unavailable', reason, retryAfterMs: askedToWaitMs(headers) ?? retryAfterMs }
}
