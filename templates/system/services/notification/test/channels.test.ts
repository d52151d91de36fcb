// Channels that are slow, broken or refuse, and mail that really leaves.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { eventually, runStandIn, temporaryFolder, type StandInAnswer } from '@system/platform/testing'
import { runNotification, runOrderStandIn } from './run-notification.ts'
import { runSmtpStandIn } from './smtp-stand-in.ts'

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
