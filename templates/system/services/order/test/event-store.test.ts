import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
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

test('events can be neither changed nor removed, and a version is given once', async (t) => {
  const { store, database } = open(t)
  await store.append({ stream: 'a', expected: 0, events: [happened('x')] })
  assert.throws(() => database.exec(`update events set data = '{}'`), /append-only/)
  assert.throws(() => database.exec('delete from events'), /append-only/)
  const again = `insert into events select pos + 1, 'other', stream, version, type, data, at, prev, hash from events`
  assert.throws(() => database.exec(again), /UNIQUE/)
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
