// Plays payment: charges by key like the real one, and can be told to be away.

import type { TestContext } from 'node:test'
import { runStandIn, type StandInAnswer } from '@system/platform/testing'

export interface PaymentStandIn {
  url: string
  /** How often each key was charged anew. */
  chargesByKey: Map<string, number>
  /** What to answer instead of charging; undefined to be well. */
  trouble: StandInAnswer | undefined
  /** Charges and then does not answer, for so many requests. */
  silentCharges: number
}

export async function runPaymentStandIn(t: TestContext): Promise<PaymentStandIn> {
  const chargesByKey = new Map<string, number>()
  const payment: PaymentStandIn = { url: '', chargesByKey, trouble: undefined, silentCharges: 0 }
  const { url } = await runStandIn(t, ({ headers }) => {
    if (payment.trouble !== undefined) return payment.trouble
    const key = String(headers['idempotency-key'])
    const isNew = !chargesByKey.has(key)
    if (isNew) chargesByKey.set(key, 1)
    if (payment.silentCharges > 0) {
      payment.silentCharges -= 1
      return 'hang'
    }
    return { status: isNew ? 201 : 200, body: { id: `charge of ${key}` } }
  })
  payment.url = url
  return payment
}
