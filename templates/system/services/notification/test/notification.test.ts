import assert from 'node:assert/strict'
import { appendFileSync } from 'node:fs'
import { test } from 'node:test'
import { eventually, runStandIn, temporaryFolder } from '@system/platform/testing'
import { events, expected, runNotification, runOrderStandIn, type Sent } from './run-notification.ts'

const idsAndKinds = (messages: Sent[]) =>
  messages.map(({ id, kind }): [string, string] => [id, kind]).toSorted(([a], [b]) => a.localeCompare(b))

test('what is news for the customer arrives once on each of its channels', async (t) => {
  const order = await runOrderStandIn(t)
  const { ended, list, mailbox } = await runNotification(t, order.url)
  assert.deepEqual(idsAndKinds(await ended(5)), expected)
  const arrived = ['email', 'sms', 'push'].flatMap(mailbox)
  assert.deepEqual(idsAndKinds(arrived), expected)
  assert.deepEqual(
    (await list('/notifications?after=1&limit=1')).map(({ id }) => id),
    ['e3:email'],
  )
})

test('a restart goes on where it stood', async (t) => {
  const order = await runOrderStandIn(t)
  const folder = temporaryFolder(t)
  order.state.known = 3
  const before = await runNotification(t, order.url, folder)
  await before.ended(3)
  await before.close()
  order.state.known = 5
  const asked = order.requests.length
  const after = await runNotification(t, order.url, folder)
  assert.equal((await after.ended(5)).length, 5)
  const feedPaths = order.requests.slice(asked).map(({ path }) => path)
  assert.match(feedPaths.find((path) => path.startsWith('/feed')) ?? '', /after=3/)
})

test('a crash between sending and writing it down sends again, and arrives once', async (t) => {
  const order = await runOrderStandIn(t)
  const folder = temporaryFolder(t)
  order.state.known = 0
  const before = await runNotification(t, order.url, folder)
  await before.close()
  // As the crash left it: in the mailbox, not in the store; and half a line behind it.
  const arrived = { id: 'e3:email', eventId: 'e3', orderId: 'o1', kind: 'receipt', channel: 'email' }
  appendFileSync(`${folder}/mailbox/email.ndjson`, `${JSON.stringify(arrived)}\n{"id":"e5:em`)
  order.state.known = 5
  const { ended, mailbox } = await runNotification(t, order.url, folder)
  await ended(5)
  assert.deepEqual(
    mailbox('email')
      .map(({ id }) => id)
      .toSorted(),
    ['e2:email', 'e3:email', 'e5:email'],
  )
})

test('an event that is read twice makes no second message', async (t) => {
  const { url } = await runStandIn(t, () => ({ status: 200, body: { events: events.slice(0, 3), next: 0 } }))
  const { ended, list, mailbox } = await runNotification(t, url)
  await ended(3)
  assert.equal((await list()).length, 3)
  assert.equal(mailbox('email').length, 2)
})

test('order not being up yet is no failure that the breaker counts', async (t) => {
  const order = await runOrderStandIn(t)
  order.state.trouble = 'reset'
  const { ended, adminUrl } = await runNotification(t, order.url)
  await eventually(() => (order.requests.length >= 3 ? true : undefined))
  order.state.trouble = undefined
  await ended(5)
  const metrics = await (await fetch(`${adminUrl}/metrics`)).text()
  assert.match(metrics, /circuit_breaker_calls_total\{name="tested:order",outcome="failure"\} 0/)
})

test('order is followed again when its breaker closes early, not when it had said', async (t) => {
  const order = await runOrderStandIn(t)
  order.state.known = 2
  const ORDER_POLICY = '{"breaker":{"openMs":60000,"maxOpenMs":60000}}'
  const { ended, adminUrl } = await runNotification(t, order.url, undefined, { ORDER_POLICY })
  await ended(1)
  order.state.trouble = 'reset'
  await eventually(async () => {
    const breakers = await (await fetch(`${adminUrl}/breakers`)).text()
    return breakers.includes('"open"') ? true : undefined
  }, 20_000)
  order.state.trouble = undefined
  order.state.known = 5
  await ended(5)
})

test('order being away for a while loses nothing', async (t) => {
  const order = await runOrderStandIn(t)
  order.state.known = 2
  const { ended, list } = await runNotification(t, order.url)
  await ended(1)
  order.state.trouble = 'reset'
  const asked = order.requests.length
  await eventually(() => (order.requests.length >= asked + 3 ? true : undefined))
  order.state.known = 5
  assert.equal((await list()).length, 1)
  order.state.trouble = undefined
  assert.equal((await ended(5)).length, 5)
})
