// GET  /news                → {news}: which events are told of, and on which channels
// GET  /notifications         ?after=<pos>&limit= → {notifications, next}: what is to be sent and what was, in order
// GET  /dead-letters          ?after=<pos>&limit= → {deadLetters, next}: what could not be sent
// POST /dead-letters/replay   {ids?} → {replayed}: they, or all, are tried again
// GET  /openapi.json          all of this, as platform/contracts/notification.ts declares it

import type { App } from '@system/platform'
import { serveContract } from '@system/platform/contract-server'
import { notificationContract } from '@system/platform/contracts/notification'
import { toldEvents } from './message.ts'
import type { NotificationStore } from './notification-store.ts'

export interface RouteOptions {
  store: NotificationStore
  onReplayed: () => void
}

export function addRoutes(app: App, { store, onReplayed }: RouteOptions): void {
  const serve = serveContract(app, notificationContract, 'notification')

  serve.listNews(() => ({ status: 200, body: { news: toldEvents } }))

  serve.listNotifications(({ query: { after, limit } }) => {
    const notifications = store.list(after, limit)
    return { status: 200, body: { notifications, next: notifications.at(-1)?.pos ?? after } }
  })

  serve.listDeadLetters(({ query: { after, limit } }) => {
    const deadLetters = store.list(after, limit, 'dead')
    return { status: 200, body: { deadLetters, next: deadLetters.at(-1)?.pos ?? after } }
  })

  serve.replay(async ({ body }) => {
    const replayed = await store.replay(body.ids)
    onReplayed()
    return { status: 200, body: { replayed } }
  })
}
