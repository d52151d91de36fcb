// The provider as payment sees it: a port, and its adapter to the sandbox's API. For a real provider,
// write another adapter.
//
// Every order carries a key that follows from the charge's own, so that it is never given twice: not by a
// retry, not by the reconciliation, not after a crash.

import type { Callee } from '@system/platform'
import { createClient, type Client } from '@system/platform/contract-client'
import { providerContract } from '@system/platform/contracts/provider'

export interface ProviderPayment {
  id: string
  /** The order. */
  reference: string
  amountCents: number
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
  /** Gives up what is reserved. */
  void(key: string, id: string): Promise<ProviderResult>
  /** What became of an order of that key. Moves nothing. */
  find(key: string): Promise<ProviderResult>
}

export function createProvider(callee: Callee): Provider {
  const sandbox = createClient(callee, providerContract)
  return {
    authorise: async (idempotencyKey, body) => read(await sandbox.authorise({ idempotencyKey, body })),
    capture: async (idempotencyKey, id) => read(await sandbox.capture({ idempotencyKey, params: { id } })),
    refund: async (idempotencyKey, id) => read(await sandbox.refund({ idempotencyKey, params: { id } })),
    void: async (idempotencyKey, id) => read(await sandbox.void({ idempotencyKey, params: { id } })),
    async find(key) {
      const result = await sandbox.findByKey({ params: { key } })
      const isUnknown = result.kind === 'answered' && result.status === 404 && result.json() !== undefined
      return isUnknown ? { kind: 'not-found' } : read(result)
    },
  }
}

type Sandbox = Client<typeof providerContract>
type Answered = Awaited<ReturnType<Sandbox['authorise' | 'capture' | 'refund' | 'void' | 'findByKey']>>

function read(result: Answered): ProviderResult {
  if (result.kind === 'refused') return { kind: 'unknown', reason: `not asked: ${result.by}` }
  if (result.kind === 'failed') return { kind: 'unknown', reason: result.message }
  const reason = `the provider answered ${result.status}`
  // A status alone is nobody's word: whatever sent it, it was not the provider.
  const body = result.kind === 'answered' ? result.json() : undefined
  if (body === undefined) return { kind: 'unknown', reason }
  return 'error' in body ? { kind: 'refused', reason } : { kind: 'done', payment: body }
}
