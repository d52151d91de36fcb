// GET  /notifications         ?after=<pos>&limit= → {notifications, next}: what is to be sent and what was, in order
// GET  /dead-letters          ?after=<pos>&limit= → {deadLetters, next}: what could not be sent
// POST /dead-letters/replay   {ids?} → {replayed}: they, or all, are tried again

import type { App } from '@system/platform'
import { Type } from 'typebox'
import type { NotificationStore } from './notification-store.ts'

const page = {
  querystring: Type.Object({
    after: Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER, default: 0 }),
    limit: Type.Integer({ minimum: 1, maximum: 1000, default: 100 }),
  }),
}

const replay = {
  body: Type.Object({
    ids: Type.Optional(Type.Array(Type.String({ minLength: 1, maxLength: 200 }), { maxItems: 1000 })),
  }),
}

export interface RouteOptions {
  store: NotificationStore
  onReplayed: () => void
}

export function addRoutes(app: App, { store, onReplayed }: RouteOptions): void {
  app.get('/notifications', { schema: page }, ({ query: { after, limit } }) => {
    const notifications = store.list(after, limit)
    return { notifications, next: notifications.at(-1)?.pos ?? after }
  })

  app.get('/dead-letters', { schema: page }, ({ query: { after, limit } }) => {
    const deadLetters = store.list(after, limit, 'dead')
    return { deadLetters, next: deadLetters.at(-1)?.pos ?? after }
  })

  app.post('/dead-letters/replay', { schema: replay }, async ({ body }) => {
    const replayed = await store.replay(body.ids)
    onReplayed()
    return { replayed }
  })
}
