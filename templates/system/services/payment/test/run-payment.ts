// Payment and the sandbox provider in this process, and the questions that the tests ask them.

import type { TestContext } from 'node:test'
import { eventually, runForTest, temporaryFolder } from '@system/platform/testing'
import { service as providerService } from '../../provider/src/service.ts'
import { service } from '../src/service.ts'

export interface Charge {
  id: string
  key: string
  orderId: string
  state: string
  providerId: string | null
}

interface LedgerEntry {
  reference: string
  state: string
}

/** The real sandbox, in this process. */
export async function runProvider(t: TestContext, env: Record<string, string> = {}) {
  const { url, close } = await runForTest(t, providerService, env)
  const behave = async (mood: object) => {
    const headers = { 'content-type': 'application/json' }
    await fetch(`${url}/sandbox`, { method: 'PUT', headers, body: JSON.stringify(mood) })
  }
  const books = async (): Promise<LedgerEntry[]> =>
    ((await (await fetch(`${url}/payments`)).json()) as { payments: LedgerEntry[] }).payments
  const states = async () => (await books()).map(({ state }) => state)
  return { url, behave, books, states, close }
}

export async function runPayment(
  t: TestContext,
  providerUrl: string,
  dataFolder = temporaryFolder(t),
  more = {},
) {
  // A busy machine is no lost answer.
  const PROVIDER_POLICY = '{"attemptTimeoutMs":2500}'
  const env = { DATA_DIR: dataFolder, PROVIDER_URL: providerUrl, PROVIDER_POLICY, ...more }
  const { url, close } = await runForTest(t, service, env)
  const charge = async (key: string | undefined, body: unknown) => {
    const headers: Record<string, string> = { 'content-type': 'application/json' }
    if (key !== undefined) headers['idempotency-key'] = key
    const response = await fetch(`${url}/charges`, { method: 'POST', headers, body: JSON.stringify(body) })
    return { status: response.status, body: (await response.json()) as Charge }
  }
  const refund = async (id: string) => {
    const response = await fetch(`${url}/charges/${id}/refund`, { method: 'POST' })
    return { status: response.status, body: (await response.json()) as Charge }
  }
  const list = async (query = '') => {
    const response = await fetch(`${url}/charges${query}`)
    return (await response.json()) as { charges: Charge[]; next: number }
  }
  /** Asks the list, not the charge: what settles it is then nobody's question. */
  const settled = (state: string, count = 1) =>
    eventually(async () => {
      const { charges } = await list('?limit=1000')
      return charges.filter((one) => one.state === state).length === count ? charges : undefined
    }, 20_000)
  return { charge, refund, list, settled, close }
}

export const order = { orderId: 'o1', amountCents: 1999 }
export const quick = { RECONCILE_MS: '50', UNSETTLED_MS: '50' }
export const never = { RECONCILE_MS: '600000' }

/** What a stand-in for the provider answers. */
export const error = { code: 'no', message: 'No.' }
export const unknown = { status: 404, body: { error } }
export const inBooks = (state: string, more = {}) => ({
  status: 200,
  body: { pos: 1, id: 'p1', reference: 'o1', amountCents: 1999, state, at: 1, ...more },
})
