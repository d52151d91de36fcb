import assert from 'node:assert/strict'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { eventually, runForTest } from '../src/testing.ts'
import type { ServiceDefinition } from '../src/service.ts'

const notebook: ServiceDefinition<Record<never, never>, never> = {
  build({ app, openStore }) {
    const { database, commit } = openStore('notes', 'create table if not exists notes (text text) strict;')
    const insert = database.prepare('insert into notes values (?)')
    app.post('/notes', async () => {
      await commit(() => insert.run('a note'))
      return { count: database.prepare('select count(*) as count from notes').get() }
    })
    app.get('/database', () => ({
      path: database.location(),
      patience: database.prepare('pragma busy_timeout').get(),
    }))
  },
}

test('while another process holds the database, writes are refused with the reason, and nobody waits', async (t) => {
  const { url, adminUrl } = await runForTest(t, notebook)
  const located = async () =>
    (await (await fetch(`${url}/database`)).json()) as { path: string; patience: object }
  const write = async () => {
    const response = await fetch(`${url}/notes`, { method: 'POST' })
    return { status: response.status, body: await response.text() }
  }
  const ready = async () => (await fetch(`${adminUrl}/readyz`)).status

  const other = new DatabaseSync((await located()).path)
  t.after(() => other.isOpen && other.close())
  other.exec('begin immediate')
  const refused = await write()
  assert.equal(refused.status, 503)
  assert.match(
    refused.body,
    /"storage-unavailable".*notes store.*another process holds it\. Nothing was kept/,
  )
  assert.equal(await ready(), 503)

  // The first one has waited for all of them.
  assert.deepEqual((await located()).patience, { timeout: 0 })
  assert.equal((await write()).status, 503)

  other.exec('rollback')
  await eventually(async () => ((await ready()) === 200 ? true : undefined))
  assert.deepEqual(await write(), { status: 200, body: '{"count":{"count":1}}' })

  assert.deepEqual((await located()).patience, { timeout: 1000 })
})
