import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createGroupCommit, openDatabase } from '@system/platform'
import { systemClock } from '@system/platform/clock'
import { temporaryFolder } from '@system/platform/testing'
import { foldOrder, type OrderEvent } from '../src/order.ts'
import { createOrderStore, schema } from '../src/order-store.ts'

const line = { sku: 'book', quantity: 1, amountCents: 1999 }
const keys = { key: 'k1', paymentKey: 'charge-o1' }
const placed: OrderEvent = { type: 'order.placed', data: { ...line, ...keys } }
const pending: OrderEvent = { type: 'order.payment_pending', data: { key: 'k1', reason: 'away' } }
const paid: OrderEvent = { type: 'order.paid', data: { key: 'k1', chargeId: 'c1' } }
const rejected: OrderEvent = { type: 'order.rejected', data: { key: 'k1', reason: 'no' } }

test('the state of an order follows from its events', () => {
  const table = [
    { events: [placed], status: 'pending_payment' },
    { events: [placed, pending], status: 'pending_payment' },
    { events: [placed, paid], status: 'paid' },
    { events: [placed, pending, paid], status: 'paid' },
    { events: [placed, rejected], status: 'rejected' },
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

test('events can be neither changed nor removed, and a version is given once', async (t) => {
  const database = openDatabase(temporaryFolder(t), 'order', schema)
  t.after(() => database.close())
  const store = createOrderStore(database, createGroupCommit(database), systemClock)
  await store.place('k1', line)
  assert.throws(() => database.exec(`update events set data = '{}'`), /append-only/)
  assert.throws(() => database.exec('delete from events'), /append-only/)
  const again = `insert into events (id, order_id, version, type, data, at)
    select 'other', order_id, version, type, data, at from events`
  assert.throws(() => database.exec(again), /UNIQUE/)
})

test('an order is paid once, and then no longer open', async (t) => {
  const database = openDatabase(temporaryFolder(t), 'order', schema)
  t.after(() => database.close())
  const store = createOrderStore(database, createGroupCommit(database), systemClock)
  const result = await store.place('k1', line)
  assert.ok(result.kind === 'placed')
  const { id } = result.order
  assert.deepEqual(store.open(), [id])
  const orders = await Promise.all([
    store.append(id, paid),
    store.append(id, paid),
    store.append(id, pending),
  ])
  assert.deepEqual(
    orders.map(({ status }) => status),
    ['paid', 'paid', 'paid'],
  )
  assert.equal(store.feed(0, 100).length, 2)
  assert.deepEqual(store.open(), [])
})
