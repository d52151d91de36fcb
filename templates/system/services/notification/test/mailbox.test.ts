import assert from 'node:assert/strict'
import { appendFileSync, readFileSync } from 'node:fs'
import { test, type TestContext } from 'node:test'
import { temporaryFolder } from '@system/platform/testing'
import { openMailbox } from '../src/mailbox.ts'
import type { Message } from '../src/message.ts'
import { message } from './a-message.ts'

const { signal } = new AbortController()

function open(t: TestContext, path = `${temporaryFolder(t)}/mailbox/email.ndjson`) {
  const mailbox = openMailbox(path)
  const send = (id: string) => mailbox.send(message(id), signal)
  const ids = () =>
    readFileSync(path, 'utf8')
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as Message).id)
  return { path, send, ids, close: mailbox.close }
}

test('a message arrives once, however often it is sent', async (t) => {
  const { send, ids, close } = open(t)
  await send('a')
  await send('a')
  await Promise.all([send('b'), send('b'), send('a')])
  await close()
  assert.deepEqual(ids(), ['a', 'b'])
})

test('a message that is sent again while it is being written arrives once', async (t) => {
  const { send, ids, close } = open(t)
  const first = send('a') // being written from now on
  await Promise.all([first, send('a'), send('b')])
  await close()
  assert.deepEqual(ids(), ['a', 'b'])
})

test('what has arrived is known to the next process', async (t) => {
  const before = open(t)
  await before.send('a')
  await before.close()
  const { send, ids, close } = open(t, before.path)
  await send('a')
  await send('b')
  await close()
  assert.deepEqual(ids(), ['a', 'b'])
})

test('half a message, as a crash leaves it, is taken away and sent whole', async (t) => {
  const before = open(t)
  await before.send('a')
  await before.close()
  appendFileSync(before.path, '{"id":"b","eventId":"Größe')
  const { send, ids, close } = open(t, before.path)
  await send('b')
  await close()
  assert.deepEqual(ids(), ['a', 'b'])
})
