import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DatabaseSync } from 'node:sqlite'
import { openDatabase } from '../src/database.ts'
import { createGroupCommit } from '../src/group-commit.ts'
import { temporaryFolder } from '../src/testing.ts'

const schema = 'create table if not exists words (word text primary key) strict'

test('what was answered is committed, and visible to another connection', async (t) => {
  const folder = temporaryFolder(t)
  const database = openDatabase(folder, 'test', schema)
  t.after(() => database.close())
  const commit = createGroupCommit(database)
  const insert = database.prepare('insert into words values (?)')
  await Promise.all(['a', 'b', 'c'].map((word) => commit(() => insert.run(word))))
  const reader = new DatabaseSync(`${folder}/test.db`, { readOnly: true })
  t.after(() => reader.close())
  assert.equal(reader.prepare('select count(*) as n from words').get()?.['n'], 3)
})

test('one work that throws takes back its own writes only', async (t) => {
  const database = openDatabase(temporaryFolder(t), 'test', schema)
  t.after(() => database.close())
  const commit = createGroupCommit(database)
  const insert = database.prepare('insert into words values (?)')
  const results = await Promise.allSettled([
    commit(() => insert.run('a')),
    commit(() => {
      insert.run('b')
      insert.run('a')
    }),
    commit(() => insert.run('c')),
  ])
  assert.deepEqual(
    results.map(({ status }) => status),
    ['fulfilled', 'rejected', 'fulfilled'],
  )
  assert.deepEqual(
    database
      .prepare('select word from words order by word')
      .all()
      .map(({ word }) => word),
    ['a', 'c'],
  )
})

test('a commit that fails is told to everybody in it', async (t) => {
  const database = openDatabase(temporaryFolder(t), 'test', schema)
  t.after(() => database.close())
  const commit = createGroupCommit(database)
  database.exec('begin')
  await assert.rejects(
    commit(() => 1),
    /within a transaction/,
  )
  assert.equal(await commit(() => 2), 2)
})

test('a crowd of writers is committed in parts, in order, and the event loop goes on between them', async (t) => {
  const database = openDatabase(temporaryFolder(t), 'test', schema)
  t.after(() => database.close())
  const commit = createGroupCommit(database)
  const done: number[] = []
  let turns = 0
  const crowd = Array.from({ length: 20 }, (_, n) => commit(() => busyForMs(2)).then(() => done.push(n)))
  while (done.length < crowd.length) {
    await new Promise((resolve) => setImmediate(resolve))
    turns++
  }
  assert.ok(turns >= 5, `${turns}`)
  assert.deepEqual(
    done,
    crowd.map((_, n) => n),
  )
})

test('no commit begins while the pause lasts that the one before asked for', async (t) => {
  const database = openDatabase(temporaryFolder(t), 'test', schema)
  t.after(() => database.close())
  const pause = Promise.withResolvers<void>()
  let commits = 0
  const commit = createGroupCommit(database, () => (++commits === 1 ? pause.promise : undefined))
  await commit(() => 1)
  let isDone = false
  const second = commit(() => 2).then(() => (isDone = true))
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve))
  assert.equal(isDone, false)
  pause.resolve()
  assert.equal(await second, true)
})

function busyForMs(ms: number): void {
  const endMs = performance.now() + ms
  while (performance.now() < endMs);
}
