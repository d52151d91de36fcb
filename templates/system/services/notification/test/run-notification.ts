// Notification in this process, behind a stand-in for order, and the questions that the tests ask it.

import { readFileSync } from 'node:fs'
import type { TestContext } from 'node:test'
import {
  eventually,
  runForTest,
  runStandIn,
  temporaryFolder,
  type StandInAnswer,
} from '@system/platform/testing'
import { service } from '../src/service.ts'

export interface Sent {
  id: string
  eventId: string
  orderId: string
  kind: string
  channel: string
  state: string
  attempts: number
  reason: string | null
  via: string | null
}

const types = ['order.placed', 'order.payment_pending', 'order.confirmed', 'order.placed', 'order.cancelled']
export const events = types.map((type, index) => ({
  pos: index + 1,
  id: `e${index + 1}`,
  orderId: 'o1',
  version: 1,
  type,
  data: {},
  at: 1,
  hash: '',
}))

/** What those events are told as: id and kind. */
export const expected = [
  ['e2:email', 'payment-delayed'],
  ['e3:email', 'receipt'],
  ['e3:push', 'receipt'],
  ['e5:email', 'order-cancelled'],
  ['e5:sms', 'order-cancelled'],
]

/** Plays order: its feed has the events up to `known`. */
export async function runOrderStandIn(t: TestContext) {
  const state: { known: number; trouble: StandInAnswer | undefined } = {
    known: events.length,
    trouble: undefined,
  }
  const { url, requests } = await runStandIn(t, ({ path }) => {
    if (state.trouble !== undefined) return state.trouble
    const after = Number(new URL(path, 'http://order').searchParams.get('after'))
    const page = events.filter(({ pos }) => pos > after && pos <= state.known)
    return { status: 200, body: { events: page, next: page.at(-1)?.pos ?? after } }
  })
  return { url, requests, state }
}

export async function runNotification(
  t: TestContext,
  orderUrl: string,
  dataFolder = temporaryFolder(t),
  more: Record<string, string> = {},
) {
  const env = { ORDER_URL: orderUrl, POLL_MS: '10', RETRY_BASE_MS: '5', DATA_DIR: dataFolder, ...more }
  const { url, adminUrl, close } = await runForTest(t, service, env)
  const list = async (path = '/notifications'): Promise<Sent[]> => {
    const body = (await (await fetch(`${url}${path}`)).json()) as Record<string, Sent[]>
    return body['notifications'] ?? body['deadLetters'] ?? []
  }
  const ended = (count: number, state = 'sent') =>
    eventually(async () => {
      const found = (await list()).filter((one) => one.state === state)
      return found.length >= count ? found : undefined
    }, 20_000)
  const replay = async (body: object = {}): Promise<unknown> => {
    const headers = { 'content-type': 'application/json' }
    const options = { method: 'POST', headers, body: JSON.stringify(body) }
    return (await fetch(`${url}/dead-letters/replay`, options)).json()
  }
  const mailbox = (channel: string): Sent[] =>
    readFileSync(`${dataFolder}/mailbox/${channel}.ndjson`, 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Sent)
  return { url, list, ended, replay, mailbox, close, adminUrl }
}
