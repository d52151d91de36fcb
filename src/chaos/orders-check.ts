// Was anything lost, was anybody charged twice? The orders that the load run got acknowledged, counted by how they
// ended; what is wrong with one of them is for the rules of the invariants to say.
//
//   acknowledged (load) ──┐
//   feed (order)  ────────┼──▶ each acknowledged order: paid once · lost · paid twice
//   charges (payment) ────┘

import type { OrderCounts } from '../events.ts'
import type { Acknowledged } from '../system/load-report.ts'
import { foldOrders, unkept, type FeedEvent, type OrderState } from './invariants/orders.ts'
import { hasMoved, wrongCharges } from './invariants/payments.ts'
import type { PaymentRecord } from './invariants/records.ts'

export interface OrdersCheck extends OrderCounts {
  /** Up to five of what is wrong, in words; an order that was paid once may be among them, as with a wrong amount. */
  examples: string[]
}

const maxExamples = 5

export function checkOrders(records: {
  acknowledged: readonly Acknowledged[]
  feed: readonly FeedEvent[]
  charges: readonly PaymentRecord[]
}): OrdersCheck {
  const orders = foldOrders(records.feed)
  const charged = Map.groupBy(records.charges, ({ orderId }) => orderId)
  const { ids, anonymous } = distinct(records.acknowledged)

  const tally = { paidOnce: 0, lost: anonymous, paidTwice: 0 }
  const complaints: string[] = []
  for (const id of ids) {
    const order = orders.get(id)
    const charges = charged.get(id) ?? []
    tally[endOf(order, charges)]++
    const complaint = wrongWith(id, order, charges)
    if (complaint !== undefined) complaints.push(complaint)
  }
  if (anonymous > 0)
    complaints.push(`${anonymous} acknowledgements named no order, or one that another had named`)
  return { acknowledged: ids.length + anonymous, ...tally, examples: complaints.slice(0, maxExamples) }
}

function endOf(
  order: OrderState | undefined,
  charges: readonly PaymentRecord[],
): 'paidOnce' | 'lost' | 'paidTwice' {
  const moved = charges.filter(hasMoved).length
  if (moved > 1) return 'paidTwice'
  return moved === 1 && order?.status === 'confirmed' ? 'paidOnce' : 'lost'
}

function wrongWith(
  id: string,
  order: OrderState | undefined,
  charges: readonly PaymentRecord[],
): string | undefined {
  const complaint = unkept(id, order) ?? (order && wrongCharges(order, charges))
  if (complaint !== undefined) return complaint
  return order?.status === 'cancelled' ? `${id} was acknowledged, and then cancelled` : undefined
}

// Each arrival has a key of its own, so two acknowledgements of one order mean that one order is missing.
function distinct(acknowledged: readonly Acknowledged[]): { ids: string[]; anonymous: number } {
  const named = acknowledged.flatMap(({ id }) => (id === null ? [] : [id]))
  const ids = [...new Set(named)]
  return { ids, anonymous: acknowledged.length - ids.length }
}
