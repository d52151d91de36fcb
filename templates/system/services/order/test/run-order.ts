// The service in the test's own process, and what its clients do with it.

import type { TestContext } from 'node:test'
import { eventually, runForTest, temporaryFolder } from '@system/platform/testing'
import type { FeedEvent } from '../src/order-store.ts'
import { service } from '../src/service.ts'

export interface Answer {
  status: number
  body: Record<string, unknown> & { id: string; status: string }
}

export const book = { sku: 'book', quantity: 1, amountCents: 1999 }

/** On free ports, with a folder of its own if none is given. */
export async function runOrder(
  t: TestContext,
  paymentUrl: string,
  dataFolder = temporaryFolder(t),
  more: Record<string, string> = {},
) {
  const env = { PAYMENT_URL: paymentUrl, DATA_DIR: dataFolder, ...more }
  const { url, adminUrl, close } = await runForTest(t, service, env)
  const place = async (key: string, body: unknown = book, more = {}): Promise<Answer> => {
    const headers = { 'content-type': 'application/json', 'idempotency-key': key, ...more }
    const response = await fetch(`${url}/orders`, { method: 'POST', headers, body: JSON.stringify(body) })
    return { status: response.status, body: (await response.json()) as Answer['body'] }
  }
  const read = async (id: string, headers: Record<string, string> = {}): Promise<Answer> => {
    const response = await fetch(`${url}/orders/${id}`, { headers })
    return { status: response.status, body: (await response.json()) as Answer['body'] }
  }
  const feed = async (query = ''): Promise<{ events: FeedEvent[]; next: number }> =>
    (await (await fetch(`${url}/feed${query}`)).json()) as { events: FeedEvent[]; next: number }
  const history = async (id: string): Promise<{ events: FeedEvent[] }> =>
    (await (await fetch(`${url}/orders/${id}/history`)).json()) as { events: FeedEvent[] }
  const confirmed = (id: string, withinMs = 5000) =>
    eventually(async () => ((await read(id)).body.status === 'confirmed' ? true : undefined), withinMs)
  return { url, adminUrl, place, read, feed, history, confirmed, close }
}
