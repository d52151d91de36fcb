// Orders while payment is away, slow, or says something else: each is paid once, or cancelled for good.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createGroupCommit, openDatabase } from '@system/platform'
import { systemClock } from '@system/platform/clock'
import { deadUrl, eventually, temporaryFolder } from '@system/platform/testing'
import { createOrderStore, schema } from '../src/order-store.ts'
import { runPaymentStandIn } from './payment-stand-in.ts'
import { book, runOrder } from './run-order.ts'

test('an order is accepted while payment is away, and paid once when it is back', async (t) => {
  const payment = await runPaymentStandIn(t)
  for (const trouble of [{ status: 503 }, 'reset', 'hang'] as const) {
    const { place, confirmed, feed } = await runOrder(t, payment.url)
    payment.trouble = trouble
    const placed = await place(`k-${JSON.stringify(trouble)}`)
    assert.deepEqual([placed.status, placed.body.status], [202, 'pending_payment'])
    payment.trouble = undefined
    await confirmed(placed.body.id)
    assert.equal(payment.chargesByKey.get(`charge-${placed.body.id}`), 1)
    const types = (await feed()).events.map(({ type }) => type)
    assert.deepEqual(types, ['order.placed', 'order.payment_pending', 'order.confirmed'])
  }
})

test('a charge whose answer got lost is not made a second time: the next attempt has the same key', async (t) => {
  const payment = await runPaymentStandIn(t)
  const { place, confirmed } = await runOrder(t, payment.url)
  payment.silentCharges = 1
  const placed = await place('k1')
  assert.equal(placed.status, 202)
  await confirmed(placed.body.id)
  assert.deepEqual([...payment.chargesByKey], [[`charge-${placed.body.id}`, 1]])
})

const declined = {
  pos: 1,
  id: 'c1',
  key: 'k',
  orderId: 'o1',
  amountCents: 1999,
  state: 'declined',
  providerId: null,
  at: 1,
}

test('a payment that asks for patience is left alone for so long', async (t) => {
  const payment = await runPaymentStandIn(t)
  payment.trouble = { status: 429, headers: { 'retry-after': '1' } }
  const { place, confirmed } = await runOrder(t, payment.url)
  const placed = await place('k1')
  assert.equal(placed.status, 202)
  await eventually(() => payment.askedAtMs[1])
  payment.trouble = undefined
  await confirmed(placed.body.id)
  const [first = 0, second = 0, third = 0] = payment.askedAtMs
  for (const gapMs of [second - first, third - second]) assert.ok(gapMs > 990, `${gapMs} ms`)
})

test('hundreds of pending orders are paid after a restart of both', async (t) => {
  const folder = temporaryFolder(t)
  const before = await runOrder(t, await deadUrl(), folder)
  const placed = await Promise.all(Array.from({ length: 300 }, (_, index) => before.place(`k${index}`)))
  assert.ok(placed.every(({ status }) => status === 202))
  await before.close()

  const payment = await runPaymentStandIn(t)
  // A busy machine is no outage.
  const patient = { PAYMENT_POLICY: '{"attemptTimeoutMs":2500}' }
  const after = await runOrder(t, payment.url, folder, patient)
  await eventually(() => (payment.chargesByKey.size === 300 ? true : undefined), 30_000)
  for (const { body } of placed) await after.confirmed(body.id)
})

test('an order that payment turns down for good is cancelled, and not tried again', async (t) => {
  const payment = await runPaymentStandIn(t)
  payment.isDeclining = true
  const { place, read } = await runOrder(t, payment.url)
  const placed = await place('k1')
  assert.deepEqual([placed.status, placed.body.status], [402, 'cancelled'])
  assert.equal((await read(placed.body.id)).body.status, 'cancelled')
})

test('a status alone is no answer of payment: the order stays open, and is paid later', async (t) => {
  for (const status of [201, 400, 402, 409, 422]) {
    const payment = await runPaymentStandIn(t)
    payment.trouble = { status }
    const { place, confirmed } = await runOrder(t, payment.url)
    const placed = await place('k1')
    assert.deepEqual([placed.status, placed.body.status], [202, 'pending_payment'], `after ${status}`)
    payment.trouble = undefined
    await confirmed(placed.body.id)
  }
})

test('what payment says of another order says nothing of this one', async (t) => {
  const payment = await runPaymentStandIn(t)
  payment.trouble = { status: 402, body: { ...declined, orderId: 'another' } }
  const { place, confirmed } = await runOrder(t, payment.url)
  const placed = await place('k1')
  assert.equal(placed.body.status, 'pending_payment')
  payment.trouble = undefined
  await confirmed(placed.body.id)
})

test('an order that nobody drives any more is taken up again', async (t) => {
  const folder = temporaryFolder(t)
  const payment = await runPaymentStandIn(t)
  const { confirmed } = await runOrder(t, payment.url, folder, { FORGOTTEN_MS: '100' })
  // Placed by somebody who died at once: another process on the same database.
  const database = openDatabase(folder, 'events', schema)
  t.after(() => database.close())
  const orphan = await createOrderStore({ database, commit: createGroupCommit(database) }, systemClock).place(
    'k9',
    book,
  )
  assert.ok(orphan.kind === 'placed')
  await confirmed(orphan.order.id)
})
