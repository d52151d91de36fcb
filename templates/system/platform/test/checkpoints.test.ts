import assert from 'node:assert/strict'
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, renameSync, statSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { DatabaseSync } from 'node:sqlite'
import { test, type TestContext } from 'node:test'
import { openDurableStore, type DurableStore } from '../src/durable-store.ts'
import { createLogger } from '../src/logger.ts'
import { temporaryFolder } from '../src/testing.ts'

const schema = 'create table if not exists pages (n integer primary key, body blob not null) strict;'
const log = createLogger({ service: 'tested', level: 'silent' })
const mega = 1024 * 1024

test('the log of a store that is written to without a pause stays short', async (t) => {
  const folder = temporaryFolder(t)
  const store = openDurableStore({ folder, name: 'test', schema, log })
  t.after(() => store.close())
  let longest = 0
  await write(store, 0, 60 * mega, () => {
    longest = Math.max(longest, logBytes(folder))
  })
  // SQLite itself would step in only at 64 MB: the thread has done it.
  assert.ok(longest > 7 * mega && longest < 14 * mega, `${longest}`)
})

test('the event loop goes on while the log is moved, and only commits wait', async (t) => {
  const folder = temporaryFolder(t)
  const store = openDurableStore({ folder, name: 'test', schema, log })
  t.after(() => store.close())
  const count = store.database.prepare('select count(*) as n from pages')
  let isWaiting = true
  let turns = 0
  const writing = write(store, 0, 20 * mega, () => {}).finally(() => (isWaiting = false))
  while (isWaiting) {
    await new Promise((resolve) => setImmediate(resolve))
    assert.equal(typeof count.get()?.['n'], 'number')
    turns++
  }
  await writing
  // One turn for each commit would be all there is if each move kept the loop.
  assert.ok(turns > (20 * mega) / (atOnce * bodyBytes) + 10, `${turns}`)
})

test('a reader who holds the log for long makes it longer, and nobody waits for him', async (t) => {
  const folder = temporaryFolder(t)
  const store = openDurableStore({ folder, name: 'test', schema, log })
  t.after(() => store.close())
  await write(store, 0, mega)
  const reader = new DatabaseSync(`${folder}/test.db`, { readOnly: true })
  reader.exec('begin')
  reader.prepare('select count(*) from pages').get()
  await write(store, mega, 30 * mega)
  assert.ok(logBytes(folder) > 29 * mega)
  reader.close()
  await write(store, 31 * mega, 20 * mega)
  assert.ok(logBytes(folder) < 20 * mega, `${logBytes(folder)}`)
})

test('without its thread, a store goes on, and SQLite keeps the log at 64 MB', async (t) => {
  const folder = temporaryFolder(t)
  const store = openDurableStore({ folder, name: 'test', schema, log })
  t.after(() => store.close())
  // The thread finds no database under this name; the connection that is open has the file.
  renameSync(`${folder}/test.db`, `${folder}/moved.db`)
  mkdirSync(`${folder}/test.db`)
  await write(store, 0, 80 * mega)
  assert.ok(logBytes(folder) < 72 * mega, `${logBytes(folder)}`)
  assert.equal(
    store.database.prepare('select count(*) as n from pages').get()?.['n'],
    (80 * mega) / bodyBytes,
  )
})

test('a process that closes its store ends, and leaves no log behind', async (t) => {
  const folder = temporaryFolder(t)
  const writer = runWriter(t, folder, 20 * mega)
  assert.deepEqual(await once(writer, 'exit'), [0, null])
  assert.equal(existsSync(`${folder}/test.db-wal`), false)
})

test('whatever was answered before a kill -9 is there, in the middle of moving the log too', async (t) => {
  // The first move begins after commit 15, the second after commit 30.
  for (const lastCommit of [14, 15, 16, 30]) {
    const folder = temporaryFolder(t)
    const writer = runWriter(t, folder, 400 * mega)
    let answered = 0
    for await (const line of createInterface({ input: writer.stdout! })) {
      answered = Number(line)
      if (answered >= lastCommit * atOnce) writer.kill('SIGKILL')
    }
    const survivor = new DatabaseSync(`${folder}/test.db`)
    t.after(() => survivor.close())
    const found = survivor.prepare('select count(*) as n from pages where n < ?').get(answered)
    assert.equal(found?.['n'], answered)
    assert.equal(survivor.prepare('pragma integrity_check').get()?.['integrity_check'], 'ok')
  }
})

const bodyBytes = 64 * 1024
const atOnce = 8

/** So many bytes in commits of 8 rows each; rows are numbered by their place. */
async function write(store: DurableStore, from: number, bytes: number, each = (): void => {}): Promise<void> {
  const insert = store.database.prepare('insert into pages values (?, ?)')
  const body = Buffer.alloc(bodyBytes, 7)
  const end = (from + bytes) / bodyBytes
  for (let n = from / bodyBytes; n < end; n += atOnce) {
    await Promise.all(Array.from({ length: atOnce }, (_, k) => store.commit(() => insert.run(n + k, body))))
    each()
  }
}

const logBytes = (folder: string): number => statSync(`${folder}/test.db-wal`).size

/** A process that says after each commit how many rows were answered. */
function runWriter(t: TestContext, folder: string, bytes: number): ChildProcess {
  const here = (path: string): string => JSON.stringify(new URL(path, import.meta.url).href)
  const code = `
    const { openDurableStore } = await import(${here('../src/durable-store.ts')})
    const { createLogger } = await import(${here('../src/logger.ts')})
    const log = createLogger({ service: 'tested', level: 'error' })
    const store = openDurableStore({ folder: ${JSON.stringify(folder)}, name: 'test', schema: ${JSON.stringify(schema)}, log })
    const insert = store.database.prepare('insert into pages values (?, ?)')
    const body = Buffer.alloc(${bodyBytes}, 7)
    for (let n = 0; n < ${bytes / bodyBytes}; n += ${atOnce}) {
      await Promise.all(Array.from({ length: ${atOnce} }, (_, k) => store.commit(() => insert.run(n + k, body))))
      console.log(n + ${atOnce})
    }
    await store.close()`
  const writer = spawn(process.execPath, ['--input-type=module', '-e', code], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  t.after(() => void writer.kill('SIGKILL'))
  return writer
}
