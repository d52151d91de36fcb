// Order: takes orders durably, has them paid at once if payment answers, and later if it does not.

import { createGroupCommit, openDatabase, type ServiceDefinition } from '@system/platform'
import { Type } from 'typebox'
import type { Order } from './order.ts'
import { createOrderStore, schema } from './order-store.ts'
import { payOrder } from './pay-order.ts'
import { startPendingPayments } from './pending-payments.ts'
import { placeOrder } from './place-order.ts'
import { addRoutes } from './routes.ts'

const settings = {
  /** How many pending orders are paid at a time once payment is back. */
  PENDING_CONCURRENCY: Type.Integer({ minimum: 1, maximum: 256, default: 16 }),
}

export const service: ServiceDefinition<typeof settings, 'payment'> = {
  settings,
  // Well below the time that the gateway gives us: a payment that hangs must leave us time to say
  // that the order is accepted.
  // No retries: what cannot be paid at once is paid later, under the same key (pending-payments.ts).
  callees: { payment: { attemptTimeoutMs: 500, retry: { retries: 0 } } },
  build({ app, config, log, clock, callee, onClose }) {
    const database = openDatabase(config.DATA_DIR, 'order', schema)
    onClose(() => database.close())
    const store = createOrderStore(database, createGroupCommit(database), clock)

    const payment = callee('payment')
    const pay = (order: Order, retryAttempt: number) => payOrder({ payment, store }, order, retryAttempt)
    const pending = startPendingPayments({ store, pay, log, concurrency: config.PENDING_CONCURRENCY })
    onClose(() => pending.stop())

    addRoutes(app, {
      store,
      place: (key, line) => placeOrder({ store, pay, payLater: pending.add }, key, line),
    })
  },
}
