// What was sent, and how far order's feed has been read: always written together, so that a crash
// between the two can neither lose a notification nor send one twice.

import { randomUUID } from 'node:crypto'
import type { DatabaseSync } from 'node:sqlite'
import type { Clock } from '@system/platform'
import type { Message } from './message.ts'

export interface Notification extends Message {
  pos: number
  id: string
  /** Of the feed's event; unique. */
  eventId: string
  orderId: string
  /** Epoch milliseconds. */
  at: number
}

export type NewNotification = Pick<Notification, 'eventId' | 'orderId' | 'kind' | 'text'>

export interface NotificationStore {
  /** The position in the feed up to which everything is done; 0 at the beginning. */
  checkpoint(): number
  /** One transaction: the notifications and the new checkpoint. */
  record(notifications: NewNotification[], checkpoint: number): void
  list(after: number, limit: number): Notification[]
}

export const schema = `
  create table if not exists notifications (
    pos integer primary key autoincrement,
    id text not null unique,
    event_id text not null unique,
    order_id text not null,
    kind text not null,
    text text not null,
    at integer not null
  ) strict;
  create table if not exists checkpoints (feed text primary key, pos integer not null) strict;
`

export function createNotificationStore(database: DatabaseSync, clock: Clock): NotificationStore {
  const readCheckpoint = database.prepare(`select pos from checkpoints where feed = 'order'`)
  const writeCheckpoint = database.prepare(
    `insert into checkpoints (feed, pos) values ('order', ?) on conflict (feed) do update set pos = excluded.pos`,
  )
  const insert = database.prepare(
    `insert into notifications (id, event_id, order_id, kind, text, at) values (?, ?, ?, ?, ?, ?)
     on conflict (event_id) do nothing`,
  )
  const page = database.prepare(
    `select pos, id, event_id as eventId, order_id as orderId, kind, text, at
     from notifications where pos > ? order by pos limit ?`,
  )

  return {
    checkpoint: () => (readCheckpoint.get() as { pos: number } | undefined)?.pos ?? 0,
    record(notifications, checkpoint) {
      database.exec('begin immediate')
      try {
        for (const { eventId, orderId, kind, text } of notifications) {
          insert.run(randomUUID(), eventId, orderId, kind, text, clock.epochMs())
        }
        writeCheckpoint.run(checkpoint)
        database.exec('commit')
      } catch (error) {
        if (database.isTransaction) database.exec('rollback')
        throw error
      }
    },
    list: (after, limit) => page.all(after, limit) as unknown as Notification[],
  }
}
