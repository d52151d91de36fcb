// Notification: follows order's feed and tells customers what became of their orders. "Sending" means
// recording here; put a mail or message provider in its place.

import { openDatabase, type ServiceDefinition } from '@system/platform'
import { Type } from 'typebox'
import { followOrders } from './follow-orders.ts'
import { createNotificationStore, schema } from './notification-store.ts'
import { addRoutes } from './routes.ts'

const settings = {
  POLL_MS: Type.Integer({ minimum: 10, maximum: 60_000, default: 200 }),
}

export const service: ServiceDefinition<typeof settings, 'order'> = {
  settings,
  // No retries: it asks again anyway.
  callees: { order: { attemptTimeoutMs: 1000, retry: { retries: 0 } } },
  build({ app, config, log, clock, callee, onClose }) {
    const database = openDatabase(config.DATA_DIR, 'notification', schema)
    onClose(() => database.close())
    const store = createNotificationStore(database, clock)
    const follower = followOrders({ order: callee('order'), store, log, pollMs: config.POLL_MS })
    onClose(() => follower.stop())
    addRoutes(app, store)
  },
}
