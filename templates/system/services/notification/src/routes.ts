// GET /notifications   ?after=<pos>&limit= → {notifications, next}: what was sent, in order

import type { App } from '@system/platform'
import { Type } from 'typebox'
import type { NotificationStore } from './notification-store.ts'

const page = {
  querystring: Type.Object({
    after: Type.Integer({ minimum: 0, default: 0 }),
    limit: Type.Integer({ minimum: 1, maximum: 1000, default: 100 }),
  }),
}

export function addRoutes(app: App, store: NotificationStore): void {
  app.get('/notifications', { schema: page }, ({ query }) => {
    const notifications = store.list(query.after, query.limit)
    return { notifications, next: notifications.at(-1)?.pos ?? query.after }
  })
}
