// Plays payment: charges by key like the real one, and can be told to be away.

import type { TestContext } from 'node:test'
import { runStandIn, type StandInAnswer } from '@system/platform/testing'

export interface PaymentStandIn {
  url: string
  /** How often each key was charged anew. */
  chargesByKey: Map<string, number>
  /** When each charge was asked for, on the monotonic clock. */
  askedAtMs: number[]
  /** What to answer instead of charging; undefined to be well. */
  trouble: StandInAnswer | undefined
  /** Turns every charge down, for good. */
  isDeclining: boolean
  /** Charges and then does not answer, for so many requests. */
  silentCharges: number
}

export async function runPaymentStandIn(t: TestContext): Promise<PaymentStandIn> {
  const chargesByKey = new Map<string, number>()
  const payment: PaymentStandIn = {
    url: '',
    chargesByKey,
    askedAtMs: [],
    trouble: undefined,
    isDeclining: false,
    silentCharges: 0,
  }
  const { url } = await runStandIn(t, ({ path, headers, body }) => {
    // The recovery probe of a breaker that a busy machine has opened.
    if (path === '/readyz') return payment.trouble ?? { status: 200 }
    payment.askedAtMs.push(performance.now())
    if (payment.trouble !== undefined) return payment.trouble
    const key = String(headers['idempotency-key'])
    if (payment.isDeclining) return { status: 402, body: { ...chargeOf(key, body), state: 'declined' } }
    const isNew = !chargesByKey.has(key)
    if (isNew) chargesByKey.set(key, 1)
    if (payment.silentCharges > 0) {
      payment.silentCharges -= 1
      return 'hang'
    }
    return { status: 201, body: chargeOf(key, body) }
  })
  payment.url = url
  return payment
}

const chargeOf = (key: string, body: string) => ({
  pos: 1,
  id: `charge of ${key}`,
  key,
  ...(JSON.parse(body) as object),
  state: 'captured',
  providerId: 'p1',
  at: 1,
})
