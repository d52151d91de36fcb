import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { DatabaseSync } from 'node:sqlite'
import { test, type TestContext } from 'node:test'
import { createGroupCommit, openDatabase, type Clock } from '@system/platform'
import { temporaryFolder } from '@system/platform/testing'
import { createEventStore, eventSchema, genesis } from '../src/event-store.ts'

function open(t: TestContext, folder = temporaryFolder(t)) {
  const time = { now: 1000 }
  const clock: Clock = { epochMs: () => time.now, monotonicMs: () => time.now }
  const database = openDatabase(folder, 'events', eventSchema)
  t.after(() => database.isOpen && database.close())
  const store = createEventStore({ database, commit: createGroupCommit(database) }, clock)
  return { store, database, time }
}

const happened = (type: string) => ({ type, data: { type } })

test('a stream is appended to only at the version that the writer has seen', async (t) => {
  const { store } = open(t)
  const first = await store.append({ stream: 'a', expected: 0, events: [happened('x'), happened('y')] })
  assert.equal(first.kind, 'appended')
  const late = await store.append({ stream: 'a', expected: 1, events: [happened('z')] })
  assert.deepEqual(late, { kind: 'conflict', version: 2 })
  assert.equal(store.feed(0, 10).length, 2)
})

test('of many writers that saw the same version, one wins', async (t) => {
  const { store } = open(t)
  const results = await Promise.all(
    Array.from({ length: 20 }, () => store.append({ stream: 'a', expected: 0, events: [happened('x')] })),
  )
  assert.equal(results.filter(({ kind }) => kind === 'appended').length, 1)
  assert.deepEqual(
    store.read('a').map(({ version }) => version),
    [1],
  )
})

test('a key counts once, and outlives the process', async (t) => {
  const folder = temporaryFolder(t)
  const before = open(t, folder)
  await before.store.append({ stream: 'a', expected: 0, events: [happened('x')], key: 'k' })
  before.database.close()
  const { store } = open(t, folder)
  const again = await store.append({ stream: 'b', expected: 0, events: [happened('x')], key: 'k' })
  assert.deepEqual(again, { kind: 'repeated', stream: 'a' })
  assert.equal(store.feed(0, 10).length, 1)
})

test('positions have no gaps, also after an append that failed in between', async (t) => {
  const { store, database } = open(t)
  await store.append({ stream: 'a', expected: 0, events: [happened('x')] })
  // Throws in the middle: a value that JSON cannot say.
  const broken = { type: 'x', data: { big: 1n } }
  await assert.rejects(store.append({ stream: 'b', expected: 0, events: [happened('x'), broken], key: 'k' }))
  await store.append({ stream: 'c', expected: 0, events: [happened('x')] })
  assert.deepEqual(
    store.feed(0, 10).map(({ pos, stream }) => [pos, stream]),
    [
      [1, 'a'],
      [2, 'c'],
    ],
  )
  assert.equal(database.prepare('select count(*) as n from keys').get()?.['n'], 0)
})

test('a stream is read as it was at a version or a time, though the wall clock went back', async (t) => {
  const { store, time } = open(t)
  await store.append({ stream: 'a', expected: 0, events: [happened('first')] })
  time.now = 2000
  await store.append({ stream: 'a', expected: 1, events: [happened('second')] })
  time.now = 500
  await store.append({ stream: 'a', expected: 2, events: [happened('third')] })
  const typesUntil = (until: { version: number } | { at: number }) =>
    store.read('a', until).map(({ type }) => type)
  assert.deepEqual(typesUntil({ version: 2 }), ['first', 'second'])
  assert.deepEqual(typesUntil({ at: 999 }), [])
  assert.deepEqual(typesUntil({ at: 1999 }), ['first'])
  assert.deepEqual(typesUntil({ at: 2000 }), ['first', 'second', 'third'])
})

const row = `'other', 'b', 1, 'x', '{}', 1, '', ''`

const forgeries: [how: string, sql: string][] = [
  ['update', `update events set data = '{}'`],
  ['update or replace', `update or replace events set version = 2 where version = 1`],
  ['update or ignore', `update or ignore events set data = '{}'`],
  ['delete', 'delete from events'],
  ['insert or replace at a position', `insert or replace into events values (1, ${row})`],
  ['replace of the newest event', `replace into events values (2, ${row})`],
  [
    'insert or replace of a version',
    `insert or replace into events select 3, 'other', stream, version, type, '{}', at, prev, hash from events where pos = 2`,
  ],
  [
    'insert or replace of an id',
    `insert or replace into events select 3, id, 'b', 1, type, '{}', at, prev, hash from events where pos = 2`,
  ],
  [
    'upsert',
    `insert into events values (1, ${row}) on conflict (pos) do update set data = excluded.data, stream = excluded.stream`,
  ],
  ['insert before the beginning', `insert into events values (0, ${row})`],
  ['insert that leaves a gap', `insert into events values (9, ${row})`],
  ['insert without a position', `insert into events values (null, ${row})`],
]

for (const [how, sql] of forgeries) {
  test(`history is not changed by ${how}, on any connection`, async (t) => {
    const folder = temporaryFolder(t)
    const { store } = open(t, folder)
    await store.append({ stream: 'a', expected: 0, events: [happened('x'), happened('y')] })
    const before = store.feed(0, 10)
    const other = new DatabaseSync(`${folder}/events.db`)
    t.after(() => other.close())
    assert.throws(() => other.exec(sql), /append-only/)
    assert.deepEqual(store.feed(0, 10), before)
    const { kind } = await store.append({ stream: 'a', expected: 2, events: [happened('z')] })
    assert.equal(kind, 'appended')
  })
}

const forgettings: [how: string, sql: string][] = [
  ['update', `update keys set stream = 'b'`],
  ['delete', 'delete from keys'],
  ['insert or replace', `insert or replace into keys values ('k', 'b')`],
  ['upsert', `insert into keys values ('k', 'b') on conflict (key) do update set stream = excluded.stream`],
]

for (const [how, sql] of forgettings) {
  test(`a key is not forgotten by ${how}, on any connection`, async (t) => {
    const folder = temporaryFolder(t)
    const { store } = open(t, folder)
    await store.append({ stream: 'a', expected: 0, events: [happened('x')], key: 'k' })
    const other = new DatabaseSync(`${folder}/events.db`)
    t.after(() => other.close())
    assert.throws(() => other.exec(sql), /append-only/)
    const again = await store.append({ stream: 'c', expected: 0, events: [happened('x')], key: 'k' })
    assert.deepEqual(again, { kind: 'repeated', stream: 'a' })
  })
}

test('a log that was begun before all of these were refused is protected once it is opened', async (t) => {
  const folder = temporaryFolder(t)
  const before = open(t, folder)
  await before.store.append({ stream: 'a', expected: 0, events: [happened('x')] })
  before.database.exec('drop trigger events_are_final_i')
  before.database.close()
  const { database } = open(t, folder)
  assert.throws(() => database.exec(`replace into events values (1, ${row})`), /append-only/)
})

test('each event has the hash of what it says and of the one before', async (t) => {
  const { store } = open(t)
  await store.append({ stream: 'a', expected: 0, events: [happened('x'), happened('y')] })
  let prev = genesis
  for (const { pos, id, stream, version, type, data, at, hash } of store.feed(0, 10)) {
    const text = JSON.stringify([prev, pos, id, stream, version, type, JSON.stringify(data), at])
    assert.equal(hash, createHash('sha256').update(text).digest('hex'))
    prev = hash
  }
  assert.deepEqual(store.head(), { pos: 2, hash: prev })
})

test('who waits is woken by the next event, and at the end', async (t) => {
  const { store } = open(t)
  const first = store.untilAfter(0, 60_000)
  await store.append({ stream: 'a', expected: 0, events: [happened('x')] })
  await first
  const second = store.untilAfter(1, 60_000)
  store.close()
  await second
  await store.untilAfter(1, 1)
})
