// Payments: each confirmed order is paid once, no other is, unless its money was given back; and the
// provider's books say the same.

import { judge, type InvariantResult } from './judge.ts'
import type { OrderState } from './orders.ts'
import type { LedgerEntry, PaymentRecord } from './records.ts'

type Orders = ReadonlyMap<string, OrderState>

export function paidOnce(charges: readonly PaymentRecord[] | null, orders: Orders): InvariantResult {
  const byOrder = Map.groupBy(charges ?? [], ({ orderId }) => orderId)
  return judge(
    'one captured payment for each confirmed order, none for others',
    charges && [...orders.values()],
    (order) => wrongCharges(order, byOrder.get(order.id) ?? []),
  )
}

/** What is wrong with the charges of one order, in words. */
export function wrongCharges(order: OrderState, charges: readonly PaymentRecord[]): string | undefined {
  const { id, paymentKey } = order
  const otherKey = charges.find(({ key }) => paymentKey !== undefined && key !== paymentKey)
  return otherKey === undefined
    ? wrongMoney(order, charges)
    : `${id} was placed with payment key ${paymentKey}, but charged under ${otherKey.key}`
}

export function paymentsSettled(charges: readonly PaymentRecord[] | null, orders: Orders): InvariantResult {
  return judge(
    'every payment is of an order, and settled',
    charges,
    ({ key, orderId, state = 'captured' }) => {
      if (!orders.has(orderId)) return `${key} is of ${orderId}, which order never recorded`
      return settledStates.has(state) ? undefined : `${key} of ${orderId} is ${state}`
    },
  )
}

export function booksAgree(ledger: readonly LedgerEntry[] | null, orders: Orders): InvariantResult {
  const byOrder = Map.groupBy(ledger ?? [], ({ reference }) => reference)
  const strangers = (ledger ?? []).filter(({ reference }) => !orders.has(reference))
  return judge("the provider's books say the same", ledger && [...orders.values(), ...strangers], (one) => {
    if ('reference' in one)
      return `the provider has ${one.id} of ${one.reference}, which order never recorded`
    return wrongMoney(one, byOrder.get(one.id) ?? [])
  })
}

/** What moved at the provider and what payment knows of it: a refund that only one of them has is money lost. */
export function refundsAgree(
  charges: readonly PaymentRecord[] | null,
  ledger: readonly LedgerEntry[] | null,
): InvariantResult {
  const said = Map.groupBy((charges ?? []).filter(hasMoved), ({ orderId }) => orderId)
  const booked = Map.groupBy((ledger ?? []).filter(hasMoved), ({ reference }) => reference)
  const orders = new Set([...said.keys(), ...booked.keys()])
  return judge('payment and the provider agree on refunds', charges && ledger && [...orders], (id) => {
    const ours = said.get(id) ?? []
    const theirs = booked.get(id) ?? []
    if (givenBack(ours) === givenBack(theirs)) return undefined
    return `${id}: payment has given back ${givenBack(ours)} cents, the provider ${givenBack(theirs)}`
  })
}

const settledStates = new Set(['captured', 'declined', 'refunded', 'refund_refused'])

/** Money has moved; whether it was given back since is another matter. */
const movedStates = new Set(['captured', 'refund_requested', 'refunded', 'refund_refused'])

interface Money {
  amountCents: number
  state?: string
}

export const hasMoved = ({ state = 'captured' }: Money): boolean => movedStates.has(state)

const givenBack = (moved: readonly Money[]): number =>
  moved.reduce((sum, { state, amountCents }) => sum + (state === 'refunded' ? amountCents : 0), 0)

/** What moved must be one payment of the whole amount for a confirmed order, and nothing that stays for another. */
function wrongMoney({ id, status, amountCents }: OrderState, all: readonly Money[]): string | undefined {
  const moved = all.filter(hasMoved)
  const kept = moved.filter(({ state }) => state !== 'refunded')
  const reserved = all.filter(({ state }) => state === 'authorised')
  if (moved.length > 1) return `${id} was charged ${moved.length} times`
  if (status === 'confirmed' && moved.length === 0) return `${id} is confirmed, but was never charged`
  if (status !== 'confirmed' && kept.length > 0)
    return `${id} is ${status}, but was charged and not given back`
  if (status !== 'open' && reserved.length > 0)
    return `${id} is ${status}, but money is still reserved for it`
  const other = moved.find((payment) => amountCents !== undefined && payment.amountCents !== amountCents)
  return other && `${id} is of ${amountCents} cents, but was charged ${other.amountCents}`
}
