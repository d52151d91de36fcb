import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { deadUrl, eventually, runForTest, temporaryFolder } from '@system/platform/testing'
import type { FeedEvent } from '../src/order-store.ts'
import { service } from '../src/service.ts'
import { runPaymentStandIn } from './payment-stand-in.ts'

interface Answer {
  status: number
  body: Record<string, unknown> & { id: string; status: string }
}

const book = { sku: 'book', quantity: 1, amountCents: 1999 }

async function runOrder(t: TestContext, paymentUrl: string, dataFolder = temporaryFolder(t)) {
  const { url, close } = await runForTest(t, service, { PAYMENT_URL: paymentUrl, DATA_DIR: dataFolder })
  const place = async (key: string, body: unknown = book): Promise<Answer> => {
    const headers = { 'content-type': 'application/json', 'idempotency-key': key }
    const response = await fetch(`${url}/orders`, { method: 'POST', headers, body: JSON.stringify(body) })
    return { status: response.status, body: (await response.json()) as Answer['body'] }
  }
  const read = async (id: string): Promise<Answer> => {
    const response = await fetch(`${url}/orders/${id}`)
    return { status: response.status, body: (await response.json()) as Answer['body'] }
  }
  const feed = async (query = ''): Promise<{ events: FeedEvent[]; next: number }> =>
    (await (await fetch(`${url}/feed${query}`)).json()) as { events: FeedEvent[]; next: number }
  const paid = (id: string) =>
    eventually(async () => ((await read(id)).body.status === 'paid' ? true : undefined))
  return { place, read, feed, paid, close }
}

test('an order is stored and paid at once when payment answers', async (t) => {
  const payment = await runPaymentStandIn(t)
  const { place, read, feed } = await runOrder(t, payment.url)
  const placed = await place('k1')
  assert.equal(placed.status, 201)
  assert.deepEqual(placed.body, { id: placed.body.id, status: 'paid', ...book })
  assert.deepEqual((await read(placed.body.id)).body, placed.body)
  const { events } = await feed()
  assert.deepEqual(
    events.map(({ type, version, orderId, data }) => [type, version, orderId, data.key]),
    [
      ['order.placed', 1, placed.body.id, 'k1'],
      ['order.paid', 2, placed.body.id, 'k1'],
    ],
  )
})

test('an order is accepted while payment is away, and paid once when it is back', async (t) => {
  const payment = await runPaymentStandIn(t)
  for (const trouble of [{ status: 503 }, 'reset', 'hang'] as const) {
    const { place, paid, feed } = await runOrder(t, payment.url)
    payment.trouble = trouble
    const placed = await place(`k-${JSON.stringify(trouble)}`)
    assert.deepEqual([placed.status, placed.body.status], [202, 'pending_payment'])
    payment.trouble = undefined
    await paid(placed.body.id)
    assert.equal(payment.chargesByKey.get(`charge-${placed.body.id}`), 1)
    const types = (await feed()).events.map(({ type }) => type)
    assert.deepEqual(types, ['order.placed', 'order.payment_pending', 'order.paid'])
  }
})

test('a charge whose answer got lost is not made a second time: the next attempt has the same key', async (t) => {
  const payment = await runPaymentStandIn(t)
  const { place, paid } = await runOrder(t, payment.url)
  payment.silentCharges = 1
  const placed = await place('k1')
  assert.equal(placed.status, 202)
  await paid(placed.body.id)
  assert.deepEqual([...payment.chargesByKey], [[`charge-${placed.body.id}`, 1]])
})

test('hundreds of pending orders are paid within seconds after a restart of both', async (t) => {
  const folder = temporaryFolder(t)
  const before = await runOrder(t, await deadUrl(), folder)
  const placed = await Promise.all(Array.from({ length: 300 }, (_, index) => before.place(`k${index}`)))
  assert.ok(placed.every(({ status }) => status === 202))
  await before.close()

  const payment = await runPaymentStandIn(t)
  const after = await runOrder(t, payment.url, folder)
  await eventually(() => (payment.chargesByKey.size === 300 ? true : undefined))
  for (const { body } of placed) await after.paid(body.id)
})

test('an order that payment turns down for good is rejected, and not tried again', async (t) => {
  const payment = await runPaymentStandIn(t)
  payment.trouble = { status: 402 }
  const { place, read } = await runOrder(t, payment.url)
  const placed = await place('k1')
  assert.deepEqual([placed.status, placed.body.status], [402, 'rejected'])
  assert.equal((await read(placed.body.id)).body.status, 'rejected')
})

test('the same key is the same order, also at the same time; a key is not taken for another order', async (t) => {
  const payment = await runPaymentStandIn(t)
  const { place, feed } = await runOrder(t, payment.url)
  const answers = await Promise.all(Array.from({ length: 50 }, () => place('k1')))
  assert.equal(new Set(answers.map(({ body }) => body.id)).size, 1)
  assert.equal((await place('k1', { ...book, quantity: 2 })).status, 422)
  const again = await place('k1')
  assert.deepEqual([again.status, again.body.status], [201, 'paid'])
  assert.equal((await feed()).events.length, 2)
  assert.equal(payment.chargesByKey.size, 1)
})

test('what is not an order is refused', async (t) => {
  const { place, read } = await runOrder(t, await deadUrl())
  const table = [{}, { ...book, quantity: 0 }, { ...book, amountCents: 1.5 }, { ...book, sku: '' }]
  for (const body of table) assert.equal((await place('k1', body)).status, 400, JSON.stringify(body))
  assert.equal((await read('unknown')).status, 404)
})

test('the feed is read a page at a time, and ends where it ended', async (t) => {
  const payment = await runPaymentStandIn(t)
  const { place, feed } = await runOrder(t, payment.url)
  for (const key of ['a', 'b', 'c']) await place(key)
  const first = await feed('?limit=4')
  const rest = await feed(`?after=${first.next}&limit=4`)
  const positions = [...first.events, ...rest.events].map(({ pos }) => pos)
  assert.deepEqual(positions, [1, 2, 3, 4, 5, 6])
  assert.deepEqual(await feed('?after=6'), { events: [], next: 6 })
})
