// Was anything lost, was anybody charged twice? Judged by what others recorded: the orders that the
// load run got acknowledged, against order's feed and payment's charges.
//
//   acknowledged (load) ──┐
//   feed (order)  ────────┼──▶ each acknowledged order: paid once · lost · paid twice
//   charges (payment) ────┘

import type { Acknowledged } from '../system/load-report.ts'
import type { OrderEvent, PaymentRecord } from './invariants/records.ts'

export type FeedEvent = Pick<OrderEvent, 'orderId' | 'type' | 'data'>
export type Charge = Pick<PaymentRecord, 'key' | 'orderId'>

export interface OrdersCheck {
  acknowledged: number
  paidOnce: number
  lost: number
  paidTwice: number
  /** Charged under another key than the one the order was placed with: a repeat could not be recognised. */
  otherKey: number
  /** Up to five of what is wrong, in words. */
  examples: string[]
}

/** acknowledged = paidOnce + lost + paidTwice, always. */
export function checkOrders(records: {
  acknowledged: readonly Acknowledged[]
  feed: readonly FeedEvent[]
  charges: readonly Charge[]
}): OrdersCheck {
  const placed = new Map<string, string | undefined>()
  const paid = new Set<string>()
  for (const { orderId, type, data } of records.feed) {
    if (type === 'order.placed') placed.set(orderId, data.paymentKey)
    if (type === 'order.confirmed') paid.add(orderId)
  }
  const charged = Map.groupBy(records.charges, ({ orderId }) => orderId)

  const tally = { paidOnce: 0, lost: 0, paidTwice: 0, otherKey: 0 }
  const examples: string[] = []
  const note = (text: string): void => void (examples.length < 5 && examples.push(text))

  const { orders, anonymous } = distinct(records.acknowledged)
  for (const order of orders) {
    const charges = charged.get(order) ?? []
    const key = placed.get(order)
    if (key !== undefined && charges.some((charge) => charge.key !== key)) {
      tally.otherKey++
      note(
        `${order} was placed with key ${key} but charged under ${charges.map((charge) => charge.key).join(', ')}`,
      )
    }
    const loss = whyLost({ isPlaced: placed.has(order), isPaid: paid.has(order), charges: charges.length })
    if (charges.length > 1) {
      tally.paidTwice++
      note(`${order} was charged ${charges.length} times`)
    } else if (loss !== undefined) {
      tally.lost++
      note(`${order} ${loss}`)
    } else tally.paidOnce++
  }
  if (anonymous > 0) note(`${anonymous} acknowledgements named no order, or one that another had named`)
  return { acknowledged: orders.length + anonymous, ...tally, lost: tally.lost + anonymous, examples }
}

function whyLost(order: { isPlaced: boolean; isPaid: boolean; charges: number }): string | undefined {
  if (!order.isPlaced) return 'was acknowledged, but order never recorded it'
  if (order.charges === 0) return 'was acknowledged, but payment has no charge for it'
  if (!order.isPaid) return 'was charged, but order does not know that it is paid'
  return undefined
}

// Each arrival has a key of its own, so two acknowledgements of one order mean that one order is missing.
function distinct(acknowledged: readonly Acknowledged[]): { orders: string[]; anonymous: number } {
  const ids = acknowledged.flatMap(({ id }) => (id === null ? [] : [id]))
  const orders = [...new Set(ids)]
  return { orders, anonymous: acknowledged.length - orders.length }
}
