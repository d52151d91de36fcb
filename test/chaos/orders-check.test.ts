import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { OrderEvent, PaymentRecord } from '../../src/chaos/invariants.ts'
import { checkOrders } from '../../src/chaos/orders-check.ts'
import type { Acknowledged } from '../../src/system/load-report.ts'

const acknowledgedAs = (...ids: (string | null)[]): Acknowledged[] =>
  ids.map((id, arrival) => ({ arrival, key: `k${arrival}`, status: 202, id }))
type Event = Pick<OrderEvent, 'orderId' | 'type' | 'data'>
const placed = (orderId: string): Event => ({
  orderId,
  type: 'order.placed',
  data: { paymentKey: `pay-${orderId}`, amountCents: 500 },
})
const paid = (orderId: string): Event => ({ orderId, type: 'order.confirmed', data: {} })
const cancelled = (orderId: string): Event => ({ orderId, type: 'order.cancelled', data: {} })
const charge = (orderId: string, changed: Partial<PaymentRecord> = {}): PaymentRecord => ({
  key: `pay-${orderId}`,
  orderId,
  amountCents: 500,
  ...changed,
})

describe('an acknowledged order is', () => {
  const table: [name: string, records: Parameters<typeof checkOrders>[0], expected: object][] = [
    [
      'paid once, when placed, charged once and known to be paid',
      { acknowledged: acknowledgedAs('a'), feed: [placed('a'), paid('a')], charges: [charge('a')] },
      { acknowledged: 1, paidOnce: 1, lost: 0, paidTwice: 0, examples: [] },
    ],
    [
      'paid once, when a charge was declined before',
      {
        acknowledged: acknowledgedAs('a'),
        feed: [placed('a'), paid('a')],
        charges: [charge('a', { state: 'declined' }), charge('a')],
      },
      { paidOnce: 1, lost: 0, paidTwice: 0, examples: [] },
    ],
    [
      'lost, when order never recorded it',
      { acknowledged: acknowledgedAs('a'), feed: [], charges: [] },
      { paidOnce: 0, lost: 1, examples: ['a was acknowledged, but order never recorded it'] },
    ],
    [
      'lost, when it never ended',
      { acknowledged: acknowledgedAs('a'), feed: [placed('a')], charges: [] },
      {
        paidOnce: 0,
        lost: 1,
        examples: ['a was acknowledged, and is neither confirmed nor cancelled'],
      },
    ],
    [
      'lost, when nobody charged for it',
      { acknowledged: acknowledgedAs('a'), feed: [placed('a'), paid('a')], charges: [] },
      { paidOnce: 0, lost: 1, examples: ['a is confirmed, but was never charged'] },
    ],
    [
      'lost, when the charge was declined',
      {
        acknowledged: acknowledgedAs('a'),
        feed: [placed('a'), cancelled('a')],
        charges: [charge('a', { state: 'declined' })],
      },
      { paidOnce: 0, lost: 1, examples: ['a was acknowledged, and then cancelled'] },
    ],
    [
      'lost, when order does not know that it was charged',
      { acknowledged: acknowledgedAs('a'), feed: [placed('a')], charges: [charge('a')] },
      {
        paidOnce: 0,
        lost: 1,
        examples: ['a was acknowledged, and is neither confirmed nor cancelled'],
      },
    ],
    [
      'paid twice, when charged twice',
      {
        acknowledged: acknowledgedAs('a'),
        feed: [placed('a'), paid('a')],
        charges: [charge('a'), charge('a')],
      },
      { paidOnce: 0, lost: 0, paidTwice: 1, examples: ['a was charged 2 times'] },
    ],
    [
      'suspect, when charged once but under another key than it was placed with',
      {
        acknowledged: acknowledgedAs('a'),
        feed: [placed('a'), paid('a')],
        charges: [charge('a', { key: 'new' })],
      },
      { paidOnce: 1, examples: ['a was placed with payment key pay-a, but charged under new'] },
    ],
    [
      'lost, when another arrival was told the same order',
      { acknowledged: acknowledgedAs('a', 'a'), feed: [placed('a'), paid('a')], charges: [charge('a')] },
      { acknowledged: 2, paidOnce: 1, lost: 1 },
    ],
    [
      'lost, when the answer named none',
      { acknowledged: acknowledgedAs(null), feed: [], charges: [] },
      { acknowledged: 1, paidOnce: 0, lost: 1 },
    ],
  ]
  test.each(table)('%s', (_name, records, expected) => expect(checkOrders(records)).toMatchObject(expected))
})

test('orders that nobody acknowledged are not judged', () => {
  const check = checkOrders({ acknowledged: [], feed: [placed('x')], charges: [charge('x'), charge('x')] })
  expect(check).toMatchObject({ acknowledged: 0, paidOnce: 0, lost: 0, paidTwice: 0 })
})

test('whatever was recorded, each acknowledgement is counted exactly once', () => {
  const id = fc.constantFrom('a', 'b', 'c', 'd')
  const event = fc.record({
    orderId: id,
    type: fc.constantFrom('order.placed', 'order.confirmed'),
    data: fc.constant({}),
  })
  const records = fc.record({
    acknowledged: fc.array(fc.option(id)).map((ids) => acknowledgedAs(...ids)),
    feed: fc.array(event),
    charges: fc.array(id.map((one) => charge(one))),
  })
  fc.assert(
    fc.property(records, (all) => {
      const check = checkOrders(all)
      expect(check.paidOnce + check.lost + check.paidTwice).toBe(check.acknowledged)
      expect(check.acknowledged).toBe(all.acknowledged.length)
    }),
  )
})
