import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createCurrentOrders } from '../src/current-orders.ts'
import type { Order } from '../src/order.ts'

const orderOf = (id: string): Order => ({
  id,
  key: 'k1',
  paymentKey: 'charge-1',
  sku: 'book',
  quantity: 1,
  amountCents: 1999,
  status: 'confirmed',
  version: 2,
})

test('an order is read once, and again after it was forgotten; one that is not there each time', () => {
  const current = createCurrentOrders()
  let reads = 0
  const read = (order: Order | undefined) => () => {
    reads += 1
    return order
  }
  const order = orderOf('o1')
  assert.equal(current.find('o1', read(order)), order)
  assert.equal(current.find('o1', read(order)), order)
  assert.equal(reads, 1)
  current.forget('o1')
  assert.equal(current.find('o1', read(undefined)), undefined)
  assert.equal(current.find('o1', read(order)), order)
  assert.equal(reads, 3)
})

test('no more orders are kept than was said: the one kept longest ago goes first', () => {
  const current = createCurrentOrders(2)
  const readsOf = new Map<string, number>()
  const ask = (id: string) =>
    current.find(id, () => {
      readsOf.set(id, (readsOf.get(id) ?? 0) + 1)
      return orderOf(id)
    })
  for (const id of ['o1', 'o2', 'o3', 'o3', 'o2', 'o1']) ask(id)
  assert.deepEqual(
    [...readsOf],
    [
      ['o1', 2],
      ['o2', 1],
      ['o3', 1],
    ],
  )
})
