// POST /orders               Idempotency-Key, X-Subject, {sku, quantity, amountCents}
//                            → 201 confirmed, 202 pending_payment, 402 cancelled
// GET  /orders/:id           X-Subject → the order as it is now; ?version=2 or ?at=2026-11-24T12:00:00Z as it was then
// GET  /orders/:id/history   X-Subject → {orderId, events}: what happened to it
// GET  /feed                 ?after=<pos>&limit=&waitMs= → {events, next}: all that happened, in order; with
//                            waitMs the answer waits for the next event (long poll)
// GET  /openapi.json         all of this, as platform/contracts/order.ts declares it
//
// The order of another subject is answered as one that does not exist, so that nobody learns that it does.

import { randomUUID } from 'node:crypto'
import type { App } from '@system/platform'
import { refusal, serveContract } from '@system/platform/contract-server'
import { orderContract } from '@system/platform/contracts/order'
import type { Until } from './event-store.ts'
import { foldOrder, mayRead, type Order, type OrderStatus } from './order.ts'
import type { OrderStore } from './order-store.ts'
import type { PlaceRequest, PlaceResult } from './place-order.ts'

const statusCodes = { confirmed: 201, pending_payment: 202, cancelled: 402 } as const satisfies Record<
  OrderStatus,
  number
>

export interface RouteOptions {
  store: OrderStore
  place: (request: PlaceRequest) => Promise<PlaceResult>
}

export function addRoutes(app: App, { store, place }: RouteOptions): void {
  const serve = serveContract(app, orderContract, 'order')

  serve.placeOrder(async ({ headers, body: { sku, quantity, amountCents } }) => {
    const key = headers['idempotency-key'] ?? randomUUID()
    // Field by field: what else the body holds is no part of an order.
    const line = { sku, quantity, amountCents }
    const result = await place({ key, subject: headers['x-subject'], line })
    if (result.kind === 'key-reused') {
      return refusal(422, 'key-reused', 'This Idempotency-Key was used for another order.')
    }
    return { status: statusCodes[result.order.status], body: view(result.order) }
  })

  serve.readOrder(({ params: { id }, query, headers }) => {
    const when = momentOf(query)
    if (when === 'unreadable') {
      return refusal(400, 'invalid', momentHint)
    }
    const order = store.find(id, when)
    if (order === undefined || !mayRead(headers['x-subject'], order)) {
      return refusal(404, 'no-such-order', 'There is no such order, or there was none at that time.')
    }
    if (when !== undefined && 'version' in when && order.version < when.version) {
      return refusal(404, 'no-such-version', `The order is at version ${order.version}.`)
    }
    return { status: 200, body: view(order) }
  })

  serve.readHistory(({ params: { id }, headers }) => {
    const events = store.history(id)
    const order = foldOrder(id, events)
    if (order === undefined || !mayRead(headers['x-subject'], order))
      return refusal(404, 'no-such-order', 'There is no such order.')
    return { status: 200, body: { orderId: id, events } }
  })

  serve.readFeed(async ({ query: { after, limit, waitMs } }) => {
    if (waitMs > 0) await store.untilAfter(after, waitMs)
    const events = store.feed(after, limit)
    return { status: 200, body: { events, next: events.at(-1)?.pos ?? after } }
  })
}

const view = ({ id, status, sku, quantity, amountCents, version }: Order) => ({
  id,
  status,
  sku,
  quantity,
  amountCents,
  version,
})

const momentHint =
  'Give either version, or at: a day, a time with its zone such as 2026-11-24T12:00:00Z, or epoch milliseconds (13 digits).'

// Neither 2030 nor 12:00 without a zone: the one may be a year or an instant, the other depends on where we run.
const epochMs = /^\d{13}$/
const isoTime = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d))?$/

/** undefined for now. */
function momentOf(query: { version?: number; at?: string }): Until | undefined | 'unreadable' {
  if (query.version !== undefined) return query.at === undefined ? { version: query.version } : 'unreadable'
  if (query.at === undefined) return undefined
  if (epochMs.test(query.at)) return { at: Number(query.at) }
  const at = isoTime.test(query.at) && isDay(query.at.slice(0, 10)) ? Date.parse(query.at) : Number.NaN
  return Number.isNaN(at) ? 'unreadable' : { at }
}

/** February has no 31st, which `Date.parse` reads as the 3rd of March. */
function isDay(text: string): boolean {
  const midnight = new Date(`${text}T00:00:00Z`)
  return !Number.isNaN(midnight.getTime()) && midnight.toISOString().startsWith(text)
}
