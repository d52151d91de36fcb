// Orders as they are now, so that who asks again for one does not have it put together from its events again.
//
// Right as long as this process is the only one that writes (`isSoleWriter`) and whoever appends forgets the order
// inside of the same transaction: reads come before it or after it, never in between. One that is taken back has
// forgotten an order for nothing.
//
// Bounded: what was kept longest ago goes first.

import type { Order } from './order.ts'

export interface CurrentOrders {
  /** The order, read only when it is not known; what there is not is asked for each time. */
  find(orderId: string, read: () => Order | undefined): Readonly<Order> | undefined
  /** Something has happened to it. */
  forget(orderId: string): void
}

export function createCurrentOrders(maxOrders = 10_000): CurrentOrders {
  const orders = new Map<string, Readonly<Order>>()

  return {
    find(orderId, read) {
      const known = orders.get(orderId)
      if (known !== undefined) return known
      const order = read()
      if (order === undefined) return undefined
      orders.set(orderId, order)
      if (orders.size > maxOrders) orders.delete(orders.keys().next().value as string)
      return order
    },
    forget: (orderId) => void orders.delete(orderId),
  }
}
