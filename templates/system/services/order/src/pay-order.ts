// One attempt to have an order paid, through the breaker of the edge to payment.
//
// The key was recorded when the order was placed, so that every attempt for one order uses the same: an
// attempt that got no answer may have charged all the same, and the next one then finds that charge.

import { askedToWaitMs, type Callee } from '@system/platform'
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
  payment: Callee
  store: OrderStore
}

export async function payOrder(
  { payment, store }: PayOptions,
  order: Order,
  retryAttempt: number,
): Promise<PaymentResult> {
  const result = await payment.call({
    method: 'POST',
    path: '/charges',
    body: { orderId: order.id, amountCents: order.amountCents },
    idempotencyKey: order.paymentKey,
    retryAttempt,
  })
  if (result.kind === 'refused') {
    const reason = result.by === 'breaker' ? 'the breaker is open' : 'too many payments are under way'
    return { kind: 'unavailable', reason, retryAfterMs: Math.min(maxRefusedMs, result.retryAfterMs) }
  }
  if (result.kind === 'failed') return { kind: 'unavailable', reason: result.message, retryAfterMs }
  const { status, headers, body } = result
  const { key } = order
  const chargeId = status === 200 || status === 201 ? chargeIdOf(body) : undefined
  if (chargeId !== undefined) {
    return {
      kind: 'settled',
      order: await store.append(order.id, { type: 'order.confirmed', data: { key, chargeId } }),
    }
  }
  if (finalStatuses.has(status)) {
    const reason = `payment answered ${status}`
    return {
      kind: 'settled',
      order: await store.append(order.id, { type: 'order.cancelled', data: { key, reason } }),
    }
  }
  const reason = status === 202 ? 'payment does not know yet' : `payment answered ${status}`
  return { kind: 'unavailable', reason, retryAfterMs: askedToWaitMs(headers) ?? retryAfterMs }
}

/** `undefined` for an answer that is not a charge: whatever sent it, it was not payment. */
function chargeIdOf(body: string): string | undefined {
  try {
    const charge: unknown = JSON.parse(body)
    if (typeof charge !== 'object' || charge === null || !('id' in charge)) return undefined
    return typeof charge.id === 'string' ? charge.id : undefined
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}
