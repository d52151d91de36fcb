// What is to be sent and what was, and how far order's feed has been read: inbox, outbox and checkpoint.
//
//   feed ─▶ [ messages + checkpoint in one commit ] ─▶ waiting ─▶ sent
//                                                         └─ … ─▶ dead ─▶ (replay) waiting
//
// A message's id follows from its event and channel and is unique here: an event that is read twice
// makes no second message, and a crash between reading and writing neither loses nor repeats one.

import type { Clock, DurableStore } from '@system/platform'
import type { Channel } from './channel.ts'
import type { ChannelName, Message } from './message.ts'

export interface StoredMessage extends Message {
  pos: number
  state: 'waiting' | 'sent' | 'dead'
  attempts: number
  /** Why the last attempt failed. */
  reason: string | null
  /** How it was sent. */
  via: Channel['via'] | null
  /** Epoch milliseconds, of the last change. */
  at: number
}

/** How an attempt ended. */
export type Attempt =
  | { kind: 'sent'; id: string; via: Channel['via'] }
  | { kind: 'failed'; id: string; reason: string; retryAfterMs: number }
  | { kind: 'dead'; id: string; reason: string }

export interface NotificationStore {
  /** The position in the feed up to which everything is written down; 0 at the beginning. */
  checkpoint(): number
  /** One transaction: the messages and the new checkpoint. */
  record(messages: Message[], checkpoint: number): Promise<void>
  /** What may be tried now on a channel, oldest first. */
  due(channel: ChannelName, limit: number): StoredMessage[]
  settle(attempts: Attempt[]): Promise<void>
  /** Those of a state, or all; in the order in which they were made. */
  list(after: number, limit: number, state?: StoredMessage['state']): StoredMessage[]
  count(state: 'waiting' | 'dead'): number
  /** Dead letters wait again, with all their attempts before them; the number of them. */
  replay(ids: string[] | undefined): Promise<number>
}

export const schema = `
  create table if not exists messages (
    pos integer primary key autoincrement,
    id text not null unique,
    event_id text not null,
    order_id text not null,
    kind text not null,
    channel text not null,
    text text not null,
    state text not null,
    attempts integer not null,
    reason text,
    via text,
    due_at integer not null,
    at integer not null
  ) strict;
  create index if not exists messages_waiting on messages (channel, due_at) where state = 'waiting';
  create index if not exists messages_dead on messages (pos) where state = 'dead';
  create table if not exists checkpoints (feed text primary key, pos integer not null) strict;
`

export function createNotificationStore(
  { database, commit }: Pick<DurableStore, 'database' | 'commit'>,
  clock: Clock,
): NotificationStore {
  const columns =
    'pos, id, event_id as eventId, order_id as orderId, kind, channel, text, state, attempts, reason, via, at'
  const readCheckpoint = database.prepare(`select pos from checkpoints where feed = 'order'`)
  const writeCheckpoint = database.prepare(
    `insert into checkpoints (feed, pos) values ('order', ?) on conflict (feed) do update set pos = excluded.pos`,
  )
  const insert = database.prepare(
    `insert into messages (id, event_id, order_id, kind, channel, text, state, attempts, due_at, at)
     values (?, ?, ?, ?, ?, ?, 'waiting', 0, ?, ?) on conflict (id) do nothing`,
  )
  const dueNow = database.prepare(
    `select ${columns} from messages where state = 'waiting' and channel = ? and due_at <= ? order by due_at, pos limit ?`,
  )
  const finish = database.prepare(
    `update messages set state = ?, attempts = attempts + 1, reason = ?, via = ?, due_at = ?, at = ? where id = ? and state = 'waiting'`,
  )
  const page = database.prepare(`select ${columns} from messages where pos > ? order by pos limit ?`)
  const pageOf = database.prepare(
    `select ${columns} from messages where pos > ? and state = ? order by pos limit ?`,
  )
  // The state stands in the text, so that the index of its own is used.
  const counts = {
    waiting: database.prepare(`select count(*) as count from messages where state = 'waiting'`),
    dead: database.prepare(`select count(*) as count from messages where state = 'dead'`),
  }
  const wake = `update messages set state = 'waiting', attempts = 0, due_at = 0, at = ? where state = 'dead'`
  const wakeOne = database.prepare(`${wake} and id = ?`)
  const wakeAll = database.prepare(wake)

  return {
    checkpoint: () => (readCheckpoint.get() as { pos: number } | undefined)?.pos ?? 0,
    record: (messages, checkpoint) =>
      commit(() => {
        const now = clock.epochMs()
        for (const { id, eventId, orderId, kind, channel, text } of messages) {
          insert.run(id, eventId, orderId, kind, channel, text, now, now)
        }
        writeCheckpoint.run(checkpoint)
      }),
    due: (channel, limit) => dueNow.all(channel, clock.epochMs(), limit) as unknown as StoredMessage[],
    settle: (attempts) =>
      commit(() => {
        for (const attempt of attempts) finishOne(attempt, clock.epochMs())
      }),
    list: (after, limit, state) =>
      (state === undefined
        ? page.all(after, limit)
        : pageOf.all(after, state, limit)) as unknown as StoredMessage[],
    count: (state) => (counts[state].get() as { count: number }).count,
    replay: (ids) =>
      commit(() => {
        const now = clock.epochMs()
        if (ids === undefined) return Number(wakeAll.run(now).changes)
        return ids.reduce((sum, id) => sum + Number(wakeOne.run(now, id).changes), 0)
      }),
  }

  function finishOne(attempt: Attempt, now: number): void {
    switch (attempt.kind) {
      case 'sent':
        return void finish.run('sent', null, attempt.via, now, now, attempt.id)
      case 'failed':
        return void finish.run('waiting', attempt.reason, null, now + attempt.retryAfterMs, now, attempt.id)
      case 'dead':
        return void finish.run('dead', attempt.reason, null, now, now, attempt.id)
    }
  }
}
