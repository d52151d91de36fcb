import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { createGroupCommit, openDatabase } from '@system/platform'
import { systemClock } from '@system/platform/clock'
import { temporaryFolder } from '@system/platform/testing'
import { foldOrder, type OrderEvent } from '../src/order.ts'
import { createOrderStore, schema } from '../src/order-store.ts'

const line = { sku: 'book', quantity: 1, amountCents: 1999 }
const keys = { key: 'k1', paymentKey: 'charge-o1' }
const placed: OrderEvent = { type: 'order.placed', data: { ...line, ...keys } }
const pending: OrderEvent = { type: 'order.payment_pending', data: { key: 'k1', reason: 'away' } }
const confirmed: OrderEvent = { type: 'order.confirmed', data: { key: 'k1', chargeId: 'c1' } }
const cancelled: OrderEvent = { type: 'order.cancelled', data: { key: 'k1', reason: 'no' } }

function openOrders(t: TestContext) {
  const database = openDatabase(temporaryFolder(t), 'events', schema)
  t.after(() => database.close())
  return createOrderStore({ database, commit: createGroupCommit(database) }, systemClock)
}

test('the state of an order follows from its events', () => {
  const table = [
    { events: [placed], status: 'pending_payment' },
    { events: [placed, pending], status: 'pending_payment' },
    { events: [placed, confirmed], status: 'confirmed' },
    { events: [placed, pending, confirmed], status: 'confirmed' },
    { events: [placed, cancelled], status: 'cancelled' },
  ]
  for (const { events, status } of table) {
    assert.deepEqual(foldOrder('o1', events), {
      id: 'o1',
      ...line,
      ...keys,
      status,
      version: events.length,
    })
  }
  assert.equal(foldOrder('o1', []), undefined)
})

test('an order is confirmed once, and then no longer open', async (t) => {
  const store = openOrders(t)
  const result = await store.place('k1', line)
  assert.ok(result.kind === 'placed')
  const { id } = result.order
  assert.deepEqual(store.open(), [id])
  const orders = await Promise.all([
    store.append(id, confirmed),
    store.append(id, confirmed),
    store.append(id, pending),
  ])
  assert.deepEqual(
    orders.map(({ status }) => status),
    ['confirmed', 'confirmed', 'confirmed'],
  )
  assert.equal(store.feed(0, 100).length, 2)
  assert.deepEqual(store.open(), [])
})

test('an order that was read before is found as it is after each event, and as it was at each version', async (t) => {
  const store = openOrders(t)
  const result = await store.place('k1', line)
  assert.ok(result.kind === 'placed')
  const { id } = result.order
  for (const [event, version, status] of [
    [pending, 2, 'pending_payment'],
    [confirmed, 3, 'confirmed'],
  ] as const) {
    assert.equal(store.find(id)?.version, version - 1)
    await store.append(id, event)
    assert.equal(store.find(id)?.version, version)
    assert.equal(store.find(id)?.status, status)
  }
  assert.equal(store.find(id, { version: 1 })?.version, 1)
})

test('an order is found as it is when the events that were added to it could not be committed', async (t) => {
  const database = openDatabase(temporaryFolder(t), 'events', schema)
  t.after(() => database.close())
  const store = createOrderStore({ database, commit: createGroupCommit(database) }, systemClock)
  const result = await store.place('k1', line)
  assert.ok(result.kind === 'placed')
  const { id } = result.order
  const before = store.find(id)
  // As a disk that is full does it: within the transaction, after the event is in.
  database.exec("create trigger full before delete on open_orders begin select raise(abort, 'full'); end")
  await assert.rejects(store.append(id, confirmed), /full/)
  assert.deepEqual(store.find(id), before)
  database.exec('drop trigger full')
  assert.equal((await store.append(id, confirmed)).status, 'confirmed')
  assert.equal(store.find(id)?.version, 2)
})

test("a key is its subject's own: two subjects with one key get two orders, one subject gets one", async (t) => {
  const store = openOrders(t)
  const results = await Promise.all([
    store.place('k1', line, 'ada'),
    store.place('k1', { ...line, quantity: 2 }, 'bob'),
    store.place('k1', line, 'ada'),
    store.place('k1', line, 'bob'),
  ])
  assert.deepEqual(
    results.map(({ kind }) => kind),
    ['placed', 'placed', 'placed-before', 'key-reused'],
  )
  assert.deepEqual(
    store.feed(0, 100).map(({ data }) => [data['subject'], data['key'], data['quantity']]),
    [
      ['ada', 'k1', 1],
      ['bob', 'k1', 2],
    ],
  )
})

test('an order of before keys had subjects is found when it is repeated with one', async (t) => {
  const store = openOrders(t)
  const before = await store.place('k1', line)
  assert.ok(before.kind === 'placed')
  const again = await store.place('k1', line, 'ada')
  assert.ok(again.kind === 'placed-before')
  assert.equal(again.order.id, before.order.id)
  assert.equal((await store.place('k1', { ...line, quantity: 2 }, 'ada')).kind, 'key-reused')
})

test('a key that was used for one order is not taken for another, also after both came at once', async (t) => {
  const store = openOrders(t)
  const results = await Promise.all([
    store.place('k1', line),
    store.place('k1', line),
    store.place('k1', { ...line, quantity: 2 }),
  ])
  assert.deepEqual(
    results.map(({ kind }) => kind),
    ['placed', 'placed-before', 'key-reused'],
  )
  assert.equal(store.feed(0, 100).length, 1)
})
