// An event store on SQLite: streams of events in one append-only table, which is at once the history,
// the audit trail and the outbox that other services follow.
//
//   append ─▶ key seen? ─▶ version as expected? ─▶ event, key, projection ─▶ one commit ─▶ answer
//
// Rows can be neither changed nor removed (triggers), and each carries the hash of the row before it: who
// goes past the triggers breaks the chain (`msvc audit verify`). Positions have no gaps and times never go
// back, so "the state at a time" is always a prefix of the log.

import { createHash } from 'node:crypto'
import { orderedId, type Clock, type DurableStore } from '@system/platform'

/** What happened, before it is stored. */
export interface NewEvent {
  type: string
  data: unknown
}

export interface StoredEvent extends NewEvent {
  /** Its place in the log: 1, 2, 3, … */
  pos: number
  id: string
  stream: string
  /** Its place in the stream: 1, 2, 3, … */
  version: number
  /** Epoch milliseconds. */
  at: number
  /** Of this row and, through `prev`, of all before it. */
  hash: string
}

export interface AppendRequest {
  stream: string
  /** The version that the stream has now; 0 for a new one. */
  expected: number
  events: NewEvent[]
  /** Stored with the events: a second append with the same key does nothing. */
  key?: string
}

export type Appended =
  | { kind: 'appended'; events: StoredEvent[] }
  /** The key was used before, for that stream. */
  | { kind: 'repeated'; stream: string }
  /** Somebody else was faster; the stream is at that version now. */
  | { kind: 'conflict'; version: number }

/** How far to read; all that there is if left out. */
export type Until = { version: number } | { at: number }

export interface EventStore {
  /** Resolves once it is on disk. Rejects with StorageUnavailable when the disk refuses. */
  append(request: AppendRequest): Promise<Appended>
  read(stream: string, until?: Until): StoredEvent[]
  /** All that happened in a stream, and nothing of how it is stored: for who asks what it has come to. */
  contents(stream: string): NewEvent[]
  /** The log after a position. */
  feed(after: number, limit: number): StoredEvent[]
  /** The last of the log; position 0 when it is empty. */
  head(): { pos: number; hash: string }
  /** What the key was used for; undefined when it was not. */
  streamOf(key: string): string | undefined
  /** Of the event at a position; undefined when there is none. */
  hashAt(pos: number): string | undefined
  /** Resolves when the log is longer than that, after `waitMs`, or when the store is closed. */
  untilAfter(pos: number, waitMs: number): Promise<void>
  close(): void
}

// The third trigger of each is for `insert or replace`, which removes a row without asking the second one. Keys are final
// too: a key that is forgotten is an order placed twice.
export const eventSchema = `
  create table if not exists events (
    pos integer primary key,
    id text not null unique,
    stream text not null,
    version integer not null,
    type text not null,
    data text not null,
    at integer not null,
    prev text not null,
    hash text not null,
    unique (stream, version)
  ) strict;
  create trigger if not exists events_are_final_u before update on events
    begin select raise(abort, 'events are append-only'); end;
  create trigger if not exists events_are_final_d before delete on events
    begin select raise(abort, 'events are append-only'); end;
  create trigger if not exists events_are_final_i before insert on events
    when new.pos is not (select coalesce(max(pos), 0) + 1 from events)
      or exists (select 1 from events where id = new.id)
      or exists (select 1 from events where stream = new.stream and version = new.version)
    begin select raise(abort, 'events are append-only'); end;
  create table if not exists keys (key text primary key, stream text not null) strict, without rowid;
  create trigger if not exists keys_are_final_u before update on keys
    begin select raise(abort, 'keys are append-only'); end;
  create trigger if not exists keys_are_final_d before delete on keys
    begin select raise(abort, 'keys are append-only'); end;
  create trigger if not exists keys_are_final_i before insert on keys
    when exists (select 1 from keys where key = new.key)
    begin select raise(abort, 'keys are append-only'); end;
`

/** What stands before the first event. */
export const genesis = '0'.repeat(64)

interface Row {
  pos: number
  id: string
  stream: string
  version: number
  type: string
  data: string
  at: number
  hash: string
}

/** Follows from the events; runs inside the same transaction. */
export type Projection = (event: StoredEvent) => void

export function createEventStore(
  { database, commit }: Pick<DurableStore, 'database' | 'commit'>,
  clock: Clock,
  project: Projection = () => {},
): EventStore {
  const columns = 'pos, id, stream, version, type, data, at, hash'
  const insert = database.prepare(`insert into events values (?, ?, ?, ?, ?, ?, ?, ?, ?)`)
  const last = database.prepare('select pos, at, hash from events order by pos desc limit 1')
  const versionOf = database.prepare('select max(version) as version from events where stream = ?')
  const ofStream = database.prepare(`select ${columns} from events where stream = ? order by version`)
  const contentsOf = database.prepare('select type, data from events where stream = ? order by version')
  contentsOf.setReturnArrays(true) // a third of what objects cost
  const page = database.prepare(`select ${columns} from events where pos > ? order by pos limit ?`)
  const hashOfRow = database.prepare('select hash from events where pos = ?')
  const findKey = database.prepare('select stream from keys where key = ?')
  const insertKey = database.prepare('insert into keys values (?, ?)')
  const waiting = new Set<{ pos: number; wake: () => void }>()

  return {
    async append(request) {
      const appended = await commit(() => appendNow(request))
      if (appended.kind === 'appended') wakeUp()
      return appended
    },
    read: (stream, until) => rows(ofStream.all(stream)).filter((event) => isWithin(event, until)),
    contents: (stream) =>
      (contentsOf.all(stream) as unknown as [type: string, data: string][]).map(([type, data]) => ({
        type,
        data: JSON.parse(data) as unknown,
      })),
    feed: (after, limit) => rows(page.all(after, limit)),
    head,
    streamOf,
    hashAt: (pos) => (hashOfRow.get(pos) as { hash: string } | undefined)?.hash,
    untilAfter(pos, waitMs) {
      if (head().pos > pos) return Promise.resolve()
      const { promise, resolve } = Promise.withResolvers<void>()
      const entry = { pos, wake: resolve }
      waiting.add(entry)
      const timer = setTimeout(resolve, waitMs)
      return promise.finally(() => {
        clearTimeout(timer)
        waiting.delete(entry)
      })
    },
    close() {
      for (const { wake } of waiting) wake()
    },
  }

  function streamOf(key: string): string | undefined {
    return (findKey.get(key) as { stream: string } | undefined)?.stream
  }

  function appendNow({ stream, expected, events, key }: AppendRequest): Appended {
    const before = key === undefined ? undefined : streamOf(key)
    if (before !== undefined) return { kind: 'repeated', stream: before }
    const version = (versionOf.get(stream) as { version: number | null }).version ?? 0
    if (version !== expected) return { kind: 'conflict', version }
    const stored = events.map((event, index) => store(stream, version + index + 1, event))
    if (key !== undefined) insertKey.run(key, stream)
    return { kind: 'appended', events: stored }
  }

  function store(stream: string, version: number, { type, data }: NewEvent): StoredEvent {
    const before = lastRow()
    const at = Math.max(before.at, clock.epochMs())
    const text = JSON.stringify(data)
    const event = { pos: before.pos + 1, id: orderedId(at), stream, version, type, data: text, at }
    const hash = hashOf(before.hash, event)
    insert.run(event.pos, event.id, stream, version, type, event.data, event.at, before.hash, hash)
    const stored = { ...event, data, hash }
    project(stored)
    return stored
  }

  function lastRow(): { pos: number; at: number; hash: string } {
    const row = last.get() as { pos: number; at: number; hash: string } | undefined
    return row ?? { pos: 0, at: 0, hash: genesis }
  }

  function head(): { pos: number; hash: string } {
    const { pos, hash } = lastRow()
    return { pos, hash }
  }

  function wakeUp(): void {
    if (waiting.size === 0) return
    const { pos } = head()
    for (const entry of waiting) if (entry.pos < pos) entry.wake()
  }
}

/** The text that is hashed is part of the format: `msvc audit verify` builds the same one. */
function hashOf(prev: string, { pos, id, stream, version, type, data, at }: Omit<Row, 'hash'>): string {
  const text = JSON.stringify([prev, pos, id, stream, version, type, data, at])
  return createHash('sha256').update(text).digest('hex')
}

const rows = (found: unknown[]): StoredEvent[] =>
  (found as Row[]).map((row) => ({ ...row, data: JSON.parse(row.data) as unknown }))

function isWithin(event: StoredEvent, until: Until | undefined): boolean {
  if (until === undefined) return true
  return 'version' in until ? event.version <= until.version : event.at <= until.at
}
