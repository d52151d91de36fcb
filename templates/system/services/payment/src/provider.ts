// The provider as payment sees it: a port, and its adapter to the sandbox's API. For a real provider,
// write another adapter.
//
// Every order carries a key that follows from the charge's own, so that it is never given twice: not by a
// retry, not by the reconciliation, not after a crash.

import type { Callee, CallResult } from '@system/platform'

export interface ProviderPayment {
  id: string
  state: 'authorised' | 'captured' | 'refunded' | 'voided' | 'declined'
}

export type ProviderResult =
  | { kind: 'done'; payment: ProviderPayment }
  /** Nothing is known under that key. */
  | { kind: 'not-found' }
  /** Refused for good, by a provider that has understood. */
  | { kind: 'refused'; reason: string }
  /** No answer that tells: it may have been done or not. */
  | { kind: 'unknown'; reason: string }

export interface Provider {
  authorise(key: string, request: { reference: string; amountCents: number }): Promise<ProviderResult>
  capture(key: string, id: string): Promise<ProviderResult>
  refund(key: string, id: string): Promise<ProviderResult>
  /** What became of an order of that key. Moves nothing. */
  find(key: string): Promise<ProviderResult>
}

export function createProvider(callee: Callee): Provider {
  const post = async (path: string, idempotencyKey: string, body: object = {}): Promise<ProviderResult> =>
    read(await callee.call({ method: 'POST', path, body, idempotencyKey }))

  return {
    authorise: (key, request) => post('/payments', key, request),
    capture: (key, id) => post(`/payments/${id}/capture`, key),
    refund: (key, id) => post(`/payments/${id}/refund`, key),
    async find(key) {
      const path = `/payments/by-key/${encodeURIComponent(key)}`
      const result = await callee.call({ method: 'GET', path })
      return result.kind === 'answered' && result.status === 404 ? { kind: 'not-found' } : read(result)
    },
  }
}

function read(result: CallResult): ProviderResult {
  if (result.kind === 'refused') return { kind: 'unknown', reason: `not asked: ${result.by}` }
  if (result.kind === 'failed') return { kind: 'unknown', reason: result.message }
  const { status, body } = result
  const payment = status === 200 || status === 201 || status === 402 ? paymentIn(body) : undefined
  if (payment !== undefined) return { kind: 'done', payment }
  const isFinal = status === 400 || status === 404 || status === 409 || status === 422
  return { kind: isFinal ? 'refused' : 'unknown', reason: `the provider answered ${status}` }
}

/** `undefined` for an answer that is not a payment: whatever sent it, it was not the provider. */
function paymentIn(body: string): ProviderPayment | undefined {
  try {
    const value = JSON.parse(body) as Partial<ProviderPayment> | null
    const { id, state } = value ?? {}
    return typeof id === 'string' && typeof state === 'string' ? { id, state } : undefined
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}
