// Orders on top of the event store: what may happen to an order, and which are still open.
//
// Which are open follows from the events, in the same transaction: so the way to go on after a crash is
// never more than one query away, and never disagrees with the log.

import { orderedId, type Clock, type DurableStore } from '@system/platform'
import { createCurrentOrders } from './current-orders.ts'
import {
  createEventStore,
  eventSchema,
  type EventStore,
  type StoredEvent,
  type Until,
} from './event-store.ts'
import { foldOrder, isFinal, type Order, type OrderEvent, type OrderLine } from './order.ts'

/** An event as followers see it. */
export type FeedEvent = Omit<StoredEvent, 'stream' | 'data'> & {
  orderId: string
  data: Record<string, unknown>
}

export type Placed =
  | { kind: 'placed'; order: Order }
  /** The key was used before, for the same order. */
  | { kind: 'placed-before'; order: Order }
  /** The key was used before, for something else. */
  | { kind: 'key-reused' }

export interface OrderStore extends Pick<EventStore, 'head' | 'hashAt' | 'untilAfter' | 'close'> {
  /** A key is known for its subject only; one that came without a subject, for everybody. */
  place(key: string, line: OrderLine, subject?: string): Promise<Placed>
  /** Appends to an order that is still open; an order that is not is left as it is. */
  append(orderId: string, event: OrderEvent): Promise<Order>
  /** As it is, or as it was at a version or a time; undefined when it was not placed (yet). */
  find(orderId: string, until?: Until): Readonly<Order> | undefined
  history(orderId: string): FeedEvent[]
  /** Ids of the orders that are neither confirmed nor cancelled and were placed before that time, oldest first. */
  open(placedBefore?: number): string[]
  /** How many those are. */
  openCount(): number
  feed(after: number, limit: number): FeedEvent[]
}

export const schema = `${eventSchema}
  create table if not exists open_orders (
    order_id text primary key, pos integer not null, at integer not null
  ) strict, without rowid;
`

export function createOrderStore(store: Pick<DurableStore, 'database' | 'commit'>, clock: Clock): OrderStore {
  const { database } = store
  const insertOpen = database.prepare('insert into open_orders (order_id, pos, at) values (?, ?, ?)')
  const deleteOpen = database.prepare('delete from open_orders where order_id = ?')
  const openOrders = database.prepare('select order_id as id from open_orders where at < ? order by pos')
  const countOpen = database.prepare('select count(*) as count from open_orders')
  const current = createCurrentOrders()
  const events = createEventStore(store, clock, ({ stream, type, pos, at }) => {
    current.forget(stream)
    if (type === 'order.placed') insertOpen.run(stream, pos, at)
    if (isFinal(type)) deleteOpen.run(stream)
  })

  return {
    place,
    append,
    find,
    history: (orderId) => events.read(orderId).map(toFeed),
    open: (placedBefore = Number.MAX_SAFE_INTEGER) =>
      (openOrders.all(placedBefore) as unknown as { id: string }[]).map(({ id }) => id),
    openCount: () => (countOpen.get() as { count: number }).count,
    feed: (after, limit) => events.feed(after, limit).map(toFeed),
    head: events.head,
    hashAt: events.hashAt,
    untilAfter: events.untilAfter,
    close: events.close,
  }

  function find(orderId: string, until?: Until): Readonly<Order> | undefined {
    if (until !== undefined) return foldOrder(orderId, events.read(orderId, until))
    return current.find(orderId, () => asLogged(orderId))
  }

  function asLogged(orderId: string): Order | undefined {
    return foldOrder(orderId, events.contents(orderId))
  }

  async function place(key: string, line: OrderLine, subject?: string): Promise<Placed> {
    const withoutSubject = events.streamOf(key)
    if (withoutSubject !== undefined) return placedBefore(withoutSubject, line)
    const id = orderedId(clock.epochMs())
    const data = { ...line, key, ...(subject !== undefined && { subject }), paymentKey: `charge-${id}` }
    const placed: OrderEvent = { type: 'order.placed', data }
    const storedKey = keyOf(subject, key)
    const result = await events.append({ stream: id, expected: 0, events: [placed], key: storedKey })
    if (result.kind === 'conflict') throw new Error(`order ${id} exists already`)
    if (result.kind === 'appended') {
      return { kind: 'placed', order: { id, ...data, status: 'pending_payment', version: 1 } }
    }
    return placedBefore(result.stream, line)
  }

  function placedBefore(orderId: string, line: OrderLine): Placed {
    const order = existing(orderId)
    return isSameLine(order, line) ? { kind: 'placed-before', order } : { kind: 'key-reused' }
  }

  /** Decides again when somebody else was faster. */
  async function append(orderId: string, event: OrderEvent): Promise<Order> {
    for (;;) {
      const order = existing(orderId)
      if (order.status !== 'pending_payment') return order
      const result = await events.append({ stream: orderId, expected: order.version, events: [event] })
      if (result.kind === 'appended') return existing(orderId)
    }
  }

  /** From the log itself: what is decided on it is written. */
  function existing(orderId: string): Order {
    const order = asLogged(orderId)
    if (order === undefined) throw new Error(`order ${orderId} has no events`)
    return order
  }
}

/** No header holds a line break, so nobody can send a key that is read as somebody else's. */
const keyOf = (subject: string | undefined, key: string): string =>
  subject === undefined ? key : `${subject}\n${key}`

const isSameLine = (order: OrderLine, line: OrderLine): boolean =>
  order.sku === line.sku && order.quantity === line.quantity && order.amountCents === line.amountCents

const toFeed = ({ stream, data, ...event }: StoredEvent): FeedEvent => ({
  ...event,
  orderId: stream,
  data: data as Record<string, unknown>,
})
