import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { createGroupCommit, openDatabase, type Clock } from '@system/platform'
import { temporaryFolder } from '@system/platform/testing'
import { createNotificationStore, schema } from '../src/notification-store.ts'
import { message } from './a-message.ts'

const clock: Clock = { epochMs: () => 1000, monotonicMs: () => 1000 }

function open(t: TestContext, folder = temporaryFolder(t)) {
  const database = openDatabase(folder, 'notification', schema)
  t.after(() => database.isOpen && database.close())
  const store = createNotificationStore({ database, commit: createGroupCommit(database) }, clock)
  const states = () => store.list(0, 100).map(({ id, state }) => [id, state])
  return { store, states, close: () => database.close() }
}

test('the checkpoint moves with the messages, and outlives the process', async (t) => {
  const folder = temporaryFolder(t)
  const before = open(t, folder)
  assert.equal(before.store.checkpoint(), 0)
  await before.store.record([message('a')], 7)
  assert.equal(before.store.checkpoint(), 7)
  before.close()
  const { store, states } = open(t, folder)
  assert.equal(store.checkpoint(), 7)
  assert.deepEqual(states(), [['a', 'waiting']])
})

test('of a page that cannot be written down nothing is kept, the checkpoint least of all', async (t) => {
  const { store, states } = open(t)
  await store.record([message('a')], 1)
  const unwritable = { ...message('c'), text: undefined as unknown as string }
  await assert.rejects(store.record([message('b'), unwritable], 2))
  assert.equal(store.checkpoint(), 1)
  assert.deepEqual(states(), [['a', 'waiting']])
})

test('an event that is read again makes no second message, and takes nothing back', async (t) => {
  const { store, states } = open(t)
  await store.record([message('a')], 1)
  await store.settle([{ kind: 'sent', id: 'a', via: 'mailbox' }])
  await store.record([message('a'), message('b')], 2)
  assert.deepEqual(states(), [
    ['a', 'sent'],
    ['b', 'waiting'],
  ])
})

test('a dead letter is tried no more until it is replayed, and then has all its attempts before it', async (t) => {
  const { store, states } = open(t)
  await store.record([message('dead'), message('sent')], 1)
  await store.settle([{ kind: 'failed', id: 'dead', reason: 'away', retryAfterMs: 0 }])
  await store.settle([
    { kind: 'dead', id: 'dead', reason: 'away' },
    { kind: 'sent', id: 'sent', via: 'mailbox' },
  ])
  assert.equal(store.count('dead'), 1)
  assert.deepEqual(store.due('email', 10), [])

  assert.equal(await store.replay(undefined), 1)
  assert.deepEqual(states(), [
    ['dead', 'waiting'],
    ['sent', 'sent'],
  ])
  const [due] = store.due('email', 10)
  assert.deepEqual([due?.id, due?.attempts], ['dead', 0])
})
