import assert from 'node:assert/strict'
import { appendFileSync, readFileSync } from 'node:fs'
import { test, type TestContext } from 'node:test'
import {
  eventually,
  runForTest,
  runStandIn,
  temporaryFolder,
  type StandInAnswer,
} from '@system/platform/testing'
import { service } from '../src/service.ts'
import { runSmtpStandIn } from './smtp-stand-in.ts'

interface Sent {
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
const events = types.map((type, index) => ({
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
const expected = [
  ['e2:email', 'payment-delayed'],
  ['e3:email', 'receipt'],
  ['e3:push', 'receipt'],
  ['e5:email', 'order-cancelled'],
  ['e5:sms', 'order-cancelled'],
]

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

async function runNotification(
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

test('a channel that hangs holds up no other, and is tried again', async (t) => {
  const order = await runOrderStandIn(t)
  let answer: StandInAnswer = 'hang'
  const push = await runStandIn(t, () => answer)
  const more = { PUSH_URL: push.url, SEND_TIMEOUT_MS: '200', MAX_ATTEMPTS: '100' }
  const { ended, list } = await runNotification(t, order.url, undefined, more)
  const others = await ended(4)
  assert.ok(others.every(({ channel }) => channel !== 'push'))
  answer = { status: 200 }
  await ended(5)
  const [last] = (await list()).filter(({ channel }) => channel === 'push')
  assert.ok(last !== undefined && last.attempts >= 2)
  assert.deepEqual(
    new Set(push.requests.map(({ headers }) => headers['idempotency-key'])),
    new Set(['e3:push']),
  )
})

test('a channel that hangs does not hold up the end, and its message is sent after the restart', async (t) => {
  const order = await runOrderStandIn(t)
  const folder = temporaryFolder(t)
  let answer: StandInAnswer = 'hang'
  const push = await runStandIn(t, () => answer)
  const more = { PUSH_URL: push.url, SEND_TIMEOUT_MS: '60000' }
  const before = await runNotification(t, order.url, folder, more)
  await before.ended(4)
  await eventually(() => (push.requests.length > 0 ? true : undefined))
  const startMs = performance.now()
  await before.close()
  assert.ok(performance.now() - startMs < 8000, 'it took too long')
  answer = { status: 200 }
  const after = await runNotification(t, order.url, folder, more)
  const sent = await after.ended(5)
  const [last] = sent.filter(({ channel }) => channel === 'push')
  assert.deepEqual([last?.attempts, push.requests.length], [1, 2])
  assert.deepEqual(
    new Set(push.requests.map(({ headers }) => headers['idempotency-key'])),
    new Set(['e3:push']),
  )
})

test('what fails again and again becomes a dead letter, and can be replayed', async (t) => {
  const order = await runOrderStandIn(t)
  let status = 500
  const sms = await runStandIn(t, () => ({ status }))
  const more = { SMS_URL: sms.url, MAX_ATTEMPTS: '3' }
  const { ended, list, replay } = await runNotification(t, order.url, undefined, more)
  await ended(1, 'dead')
  const [dead] = await list('/dead-letters')
  assert.deepEqual([dead?.id, dead?.attempts], ['e5:sms', 3])
  assert.match(dead?.reason ?? '', /answered 500/)
  status = 200
  assert.deepEqual(await replay({ ids: ['nobody'] }), { replayed: 0 })
  assert.deepEqual(await replay(), { replayed: 1 })
  await ended(5)
  assert.deepEqual(await list('/dead-letters'), [])
})

test('what the other side refuses for good is not tried again', async (t) => {
  const order = await runOrderStandIn(t)
  const sms = await runStandIn(t, () => ({ status: 400 }))
  const { ended } = await runNotification(t, order.url, undefined, { SMS_URL: sms.url })
  const [dead] = await ended(1, 'dead')
  assert.equal(dead?.attempts, 1)
  assert.equal(sms.requests.length, 1)
})

const ways = ['email by smtp', 'sms by mailbox', 'push by mailbox']

test('mail goes out by SMTP with a Message-ID that is the same for every attempt', async (t) => {
  const order = await runOrderStandIn(t)
  const smtp = await runSmtpStandIn(t, { refuseFirst: 1 })
  const { ended } = await runNotification(t, order.url, undefined, { SMTP_URL: smtp.url })
  const sent = await ended(5)
  assert.deepEqual(new Set(sent.map(({ channel, via }) => `${channel} by ${via}`)), new Set(ways))
  const ids = smtp.mails.map((mail) => /^Message-ID: <(.+)@/im.exec(mail)?.[1] ?? '')
  assert.deepEqual(
    ids.toSorted((a, b) => a.localeCompare(b)),
    ['e2.email', 'e3.email', 'e5.email'],
  )
  assert.ok(smtp.mails.some((mail) => mail.includes('your order is paid')))
})
