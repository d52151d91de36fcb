import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import {
  eventually,
  runForTest,
  runStandIn,
  temporaryFolder,
  type StandInAnswer,
} from '@system/platform/testing'
import { service } from '../src/service.ts'

interface Sent {
  notifications: { pos: number; eventId: string; orderId: string; kind: string; text: string }[]
  next: number
}

const types = ['order.placed', 'order.payment_pending', 'order.confirmed', 'order.placed', 'order.cancelled']
const events = types.map((type, index) => ({
  pos: index + 1,
  id: `e${index + 1}`,
  orderId: 'o1',
  version: 1,
  type,
  data: {},
  at: 1,
}))

/** Plays order: its feed has the events up to `known`. */
async function runOrderStandIn(t: TestContext) {
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

async function runNotification(t: TestContext, orderUrl: string, dataFolder = temporaryFolder(t)) {
  const env = { ORDER_URL: orderUrl, POLL_MS: '10', DATA_DIR: dataFolder }
  const { url, adminUrl, close } = await runForTest(t, service, env)
  const list = async (query = '') => (await (await fetch(`${url}/notifications${query}`)).json()) as Sent
  const sent = (count: number) =>
    eventually(async () => {
      const { notifications } = await list()
      return notifications.length >= count ? notifications : undefined
    })
  return { list, sent, close, adminUrl }
}

test('what is news for the customer is sent once, in order', async (t) => {
  const order = await runOrderStandIn(t)
  const { sent, list } = await runNotification(t, order.url)
  const notifications = await sent(3)
  assert.deepEqual(
    notifications.map(({ eventId, kind }) => [eventId, kind]),
    [
      ['e2', 'payment-delayed'],
      ['e3', 'receipt'],
      ['e5', 'order-cancelled'],
    ],
  )
  assert.deepEqual(
    (await list('?after=1&limit=1')).notifications.map(({ eventId }) => eventId),
    ['e3'],
  )
})

test('a restart goes on where it stood', async (t) => {
  const order = await runOrderStandIn(t)
  const folder = temporaryFolder(t)
  order.state.known = 3
  const before = await runNotification(t, order.url, folder)
  await before.sent(2)
  await before.close()
  order.state.known = 5
  const asked = order.requests.length
  const after = await runNotification(t, order.url, folder)
  assert.equal((await after.sent(3)).length, 3)
  const feedPaths = order.requests.slice(asked).map(({ path }) => path)
  assert.match(feedPaths.find((path) => path.startsWith('/feed')) ?? '', /after=3/)
})

test('order not being up yet is no failure that the breaker counts', async (t) => {
  const order = await runOrderStandIn(t)
  order.state.trouble = 'reset'
  const { sent, adminUrl } = await runNotification(t, order.url)
  await eventually(() => (order.requests.length >= 3 ? true : undefined))
  order.state.trouble = undefined
  await sent(3)
  const metrics = await (await fetch(`${adminUrl}/metrics`)).text()
  assert.match(metrics, /circuit_breaker_calls_total\{name="tested:order",outcome="failure"\} 0/)
})

test('order being away for a while loses nothing', async (t) => {
  const order = await runOrderStandIn(t)
  order.state.known = 2
  const { sent, list } = await runNotification(t, order.url)
  await sent(1)
  order.state.trouble = 'reset'
  const asked = order.requests.length
  await eventually(() => (order.requests.length >= asked + 3 ? true : undefined))
  order.state.known = 5
  assert.equal((await list()).notifications.length, 1)
  order.state.trouble = undefined
  assert.equal((await sent(3)).length, 3)
})
