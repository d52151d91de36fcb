// Order: takes orders durably, has them paid at once if payment answers, and later if it does not.

import { join } from 'node:path'
import { outboxNames, StorageUnavailable, type ServiceDefinition } from '@system/platform'
import { createClient } from '@system/platform/contract-client'
import { paymentContract } from '@system/platform/contracts/payment'
import { Type } from '@system/platform/schema'
import { contradictionOf, startAnchors } from './anchor-log.ts'
import type { Order } from './order.ts'
import { createOrderStore, schema } from './order-store.ts'
import { payOrder } from './pay-order.ts'
import { startPendingPayments } from './pending-payments.ts'
import { placeOrder } from './place-order.ts'
import { addRoutes } from './routes.ts'

const settings = {
  /** How many pending orders are paid at a time once payment is back. */
  PENDING_CONCURRENCY: Type.Integer({ minimum: 1, maximum: 256, default: 16 }),
  /** After how long an order that nobody drives is taken up. */
  FORGOTTEN_MS: Type.Integer({ minimum: 50, maximum: 600_000, default: 5000 }),
  /** Where the audit trail is anchored; `DATA_DIR/anchors` if not set. Better: another disk or machine. */
  ANCHOR_DIR: Type.Optional(Type.String({ minLength: 1 })),
  ANCHOR_EVERY_MS: Type.Integer({ minimum: 100, maximum: 3_600_000, default: 60_000 }),
}

export const service: ServiceDefinition<typeof settings, 'payment'> = {
  settings,
  // Well below the time that the gateway gives us: a payment that hangs must leave us time to say
  // that the order is accepted.
  // No retries: what cannot be paid at once is paid later, under the same key (pending-payments.ts).
  callees: { payment: { attemptTimeoutMs: 500, retry: { retries: 0 } } },
  build({ app, config, log, clock, callee, openStore, addCheck, gauge, onClose }) {
    const store = createOrderStore(openStore('events', schema), clock)
    gauge(outboxNames.position, () => store.head().pos)
    gauge(outboxNames.pending, store.openCount)
    // Followers that wait for news would hold up the end of the service.
    app.addHook('preClose', (done) => {
      store.close()
      done()
    })

    const file = join(config.ANCHOR_DIR ?? join(config.DATA_DIR, 'anchors'), 'order.ndjson')
    let contradiction = contradictionOf({ store, file, log })
    addCheck(() => contradiction)
    const refuse = (): never => {
      throw new StorageUnavailable(`Nothing is done on the word of this log: ${contradiction}.`)
    }
    if (contradiction !== undefined) {
      // Its orders can still be read, as evidence.
      return addRoutes(app, { store: { ...store, feed: refuse }, place: refuse })
    }
    const anchors = startAnchors({
      store,
      file,
      clock,
      log,
      everyMs: config.ANCHOR_EVERY_MS,
      onContradiction(reason) {
        contradiction = reason
        void pending.stop()
      },
    })
    onClose(() => anchors.stop())

    const payment = callee('payment')
    const charging = { payment: createClient(payment, paymentContract), store }
    const pay = (order: Order, retryAttempt: number) => payOrder(charging, order, retryAttempt)
    const pending = startPendingPayments({
      store,
      pay,
      log,
      clock,
      concurrency: config.PENDING_CONCURRENCY,
      forgottenMs: config.FORGOTTEN_MS,
    })
    onClose(() => pending.stop())

    const placing = { store, pay, payLater: pending.add }
    addRoutes(app, {
      store: {
        ...store,
        feed: (after, limit) => (contradiction === undefined ? store.feed(after, limit) : refuse()),
      },
      place: (request) => (contradiction === undefined ? placeOrder(placing, request) : refuse()),
    })
  },
}
