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
