// The events of all orders, append-only, in one table: their history, their state, and the feed that
// other services follow.
//
// Two small tables beside it follow from the events, in the same transaction: which order an
// idempotency key belongs to, and which orders are still open.

import { randomUUID } from 'node:crypto'
import type { DatabaseSync } from 'node:sqlite'
import type { Clock, Commit } from '@system/platform'
import { foldOrder, type Order, type OrderEvent, type OrderLine } from './order.ts'

/** An event as followers see it. */
export type FeedEvent = OrderEvent & {
  pos: number
  id: string
  orderId: string
  version: number
  /** Epoch milliseconds. */
  at: number
}

export type Placed =
  | { kind: 'placed'; order: Order }
  /** The key was used before, for the same order. */
  | { kind: 'placed-before'; order: Order }
  /** The key was used before, for something else. */
  | { kind: 'key-reused' }

export interface OrderStore {
  place(key: string, line: OrderLine): Promise<Placed>
  /** Appends to an order that is still open; an order that is not is left as it is. */
  append(orderId: string, event: OrderEvent): Promise<Order>
  find(orderId: string): Order | undefined
  /** Ids of the orders that are neither paid nor rejected, oldest first. */
  open(): string[]
  feed(after: number, limit: number): FeedEvent[]
}

export const schema = `
  create table if not exists events (
    pos integer primary key autoincrement,
    id text not null unique,
    order_id text not null,
    version integer not null,
    type text not null,
    data text not null,
    at integer not null,
    unique (order_id, version)
  ) strict;
  create trigger if not exists events_are_final_u before update on events
    begin select raise(abort, 'events are append-only'); end;
  create trigger if not exists events_are_final_d before delete on events
    begin select raise(abort, 'events are append-only'); end;
  create table if not exists keys (key text primary key, order_id text not null) strict, without rowid;
  create table if not exists open_orders (order_id text primary key, pos integer not null) strict, without rowid;
`

interface Row {
  pos: number
  id: string
  orderId: string
  version: number
  type: string
  data: string
  at: number
}

const columns = 'pos, id, order_id as orderId, version, type, data, at'

export function createOrderStore(database: DatabaseSync, commit: Commit, clock: Clock): OrderStore {
  const insertEvent = database.prepare(
    'insert into events (id, order_id, version, type, data, at) values (?, ?, ?, ?, ?, ?)',
  )
  const eventsOf = database.prepare(`select ${columns} from events where order_id = ? order by version`)
  const page = database.prepare(`select ${columns} from events where pos > ? order by pos limit ?`)
  const orderOfKey = database.prepare('select order_id as orderId from keys where key = ?')
  const insertKey = database.prepare('insert into keys (key, order_id) values (?, ?)')
  const insertOpen = database.prepare('insert into open_orders (order_id, pos) values (?, ?)')
  const deleteOpen = database.prepare('delete from open_orders where order_id = ?')
  const openOrders = database.prepare('select order_id as orderId from open_orders order by pos')

  return {
    place: (key, line) => commit(() => placeOnce(key, line)),
    append: (orderId, event) => commit(() => appendToOpen(orderId, event)),
    find,
    open: () => (openOrders.all() as unknown as { orderId: string }[]).map(({ orderId }) => orderId),
    feed: (after, limit) => (page.all(after, limit) as unknown as Row[]).map(toEvent),
  }

  function find(orderId: string): Order | undefined {
    return foldOrder(orderId, (eventsOf.all(orderId) as unknown as Row[]).map(toEvent))
  }

  function existing(orderId: string): Order {
    const order = find(orderId)
    if (order === undefined) throw new Error(`order ${orderId} has no events`)
    return order
  }

  function placeOnce(key: string, line: OrderLine): Placed {
    const before = orderOfKey.get(key) as { orderId: string } | undefined
    if (before !== undefined) {
      const order = existing(before.orderId)
      return isSameLine(order, line) ? { kind: 'placed-before', order } : { kind: 'key-reused' }
    }
    const orderId = randomUUID()
    const placed = { ...line, key, paymentKey: `charge-${orderId}` }
    const pos = insert(orderId, 1, { type: 'order.placed', data: placed })
    insertKey.run(key, orderId)
    insertOpen.run(orderId, pos)
    return { kind: 'placed', order: { id: orderId, ...placed, status: 'pending_payment', version: 1 } }
  }

  function appendToOpen(orderId: string, event: OrderEvent): Order {
    const order = existing(orderId)
    if (order.status !== 'pending_payment') return order
    insert(orderId, order.version + 1, event)
    if (event.type === 'order.paid' || event.type === 'order.rejected') deleteOpen.run(orderId)
    return existing(orderId)
  }

  function insert(orderId: string, version: number, { type, data }: OrderEvent): number | bigint {
    const at = clock.epochMs()
    return insertEvent.run(randomUUID(), orderId, version, type, JSON.stringify(data), at).lastInsertRowid
  }
}

const isSameLine = (order: OrderLine, line: OrderLine): boolean =>
  order.sku === line.sku && order.quantity === line.quantity && order.amountCents === line.amountCents

/** The table holds only what `insert` wrote, so type and data belong together. */
const toEvent = ({ data, ...row }: Row): FeedEvent => ({ ...row, data: JSON.parse(data) }) as FeedEvent
