// The audit trail is anchored, and a log that is not the one that was anchored is not gone on with.

import assert from 'node:assert/strict'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { test, type TestContext } from 'node:test'
import { deadUrl, eventually, temporaryFolder } from '@system/platform/testing'
import { runPaymentStandIn } from './payment-stand-in.ts'
import { runOrder } from './run-order.ts'

const anchorsIn = (folder: string): { pos: number; hash: string }[] =>
  readFileSync(`${folder}/anchors/order.ndjson`, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { pos: number; hash: string })

test('the audit trail is anchored outside of the database, and again at the end', async (t) => {
  const folder = temporaryFolder(t)
  const { place, feed, close } = await runOrder(t, await deadUrl(), folder, { ANCHOR_EVERY_MS: '100' })
  await place('k1')
  await eventually(() => (existsSync(`${folder}/anchors/order.ndjson`) ? true : undefined))
  await place('k2')
  const { events } = await feed()
  await close()
  const last = anchorsIn(folder).at(-1)
  assert.deepEqual([last?.pos, last?.hash], [events.length, events.at(-1)?.hash])
})

test('where no anchor can be written, orders are taken all the same', async (t) => {
  const folder = temporaryFolder(t)
  writeFileSync(`${folder}/in the way`, '')
  const more = { ANCHOR_EVERY_MS: '100', ANCHOR_DIR: `${folder}/in the way/anchors` }
  const { place, adminUrl, close } = await runOrder(t, await deadUrl(), folder, more)
  assert.equal((await place('k1')).status, 202)
  assert.equal((await fetch(`${adminUrl}/readyz`)).status, 200)
  await close()
  assert.equal(readFileSync(`${folder}/in the way`, 'utf8'), '')
})

const withoutTriggers = 'drop trigger events_are_final_u; drop trigger events_are_final_d;'

/** A service that took two orders while payment was away, and was then ended and its log changed by SQL. */
async function tamperedWith(t: TestContext, sql: string) {
  const folder = temporaryFolder(t)
  const before = await runOrder(t, await deadUrl(), folder)
  await Promise.all(['k1', 'k2'].map((key) => before.place(key)))
  await before.close()
  const database = new DatabaseSync(`${folder}/events.db`)
  database.exec(`${withoutTriggers} ${sql}`)
  database.close()
  return folder
}

const rewritings: [how: string, sql: string, why: string][] = [
  ['whose end was cut', 'delete from events where pos > 2', 'it ends at 2'],
  ['that is gone', 'delete from events', 'it ends at 0'],
  ['written anew', `update events set hash = 'other'`, 'that event is gone or another one'],
]

for (const [how, sql, why] of rewritings) {
  test(`nothing is done on the word of a log ${how}, and the service says so`, async (t) => {
    const payment = await runPaymentStandIn(t)
    const folder = await tamperedWith(t, sql)
    const anchors = anchorsIn(folder)
    const order = await runOrder(t, payment.url, folder, { FORGOTTEN_MS: '50', ANCHOR_EVERY_MS: '100' })
    const refused = await order.place('k3')
    assert.equal(refused.status, 503)
    assert.match(JSON.stringify(refused.body), new RegExp(`not the one that was anchored at 4: ${why}`))
    const ready = await fetch(`${order.adminUrl}/readyz`)
    assert.equal(ready.status, 503)
    assert.match(await ready.text(), /not the one that was anchored at 4/)
    assert.equal((await fetch(`${order.url}/feed`)).status, 503)
    await order.close()
    assert.deepEqual(anchorsIn(folder), anchors)
    assert.equal(payment.chargesByKey.size, 0)
  })
}

for (const [how, sql] of rewritings) {
  test(`a log ${how} while the service runs is not anchored, and nothing is done on its word`, async (t) => {
    const folder = temporaryFolder(t)
    const payment = await runPaymentStandIn(t)
    const order = await runOrder(t, payment.url, folder, { ANCHOR_EVERY_MS: '100' })
    await Promise.all(['k1', 'k2'].map((key) => order.place(key)))
    const path = `${folder}/anchors/order.ndjson`
    await eventually(() => (existsSync(path) && anchorsIn(folder).at(-1)?.pos === 4 ? true : undefined))
    const anchors = anchorsIn(folder)
    const database = new DatabaseSync(`${folder}/events.db`, { timeout: 5000 })
    database.exec(`${withoutTriggers} ${sql}`)
    database.close()
    await eventually(async () => ((await fetch(`${order.adminUrl}/readyz`)).ok ? undefined : true))
    assert.equal((await order.place('k3')).status, 503)
    assert.equal((await fetch(`${order.url}/feed`)).status, 503)
    await order.close()
    assert.deepEqual(anchorsIn(folder), anchors)
    assert.equal(payment.chargesByKey.size, 2)
  })
}

test('an order of a log that was changed can still be read, as evidence', async (t) => {
  const folder = await tamperedWith(t, `update events set hash = 'other'`)
  const { url } = await runOrder(t, await deadUrl(), folder)
  const database = new DatabaseSync(`${folder}/events.db`, { readOnly: true })
  t.after(() => database.close())
  const id = String(database.prepare('select stream from events').get()?.['stream'])
  assert.equal((await fetch(`${url}/orders/${id}/history`)).status, 200)
})

test('a log that is longer than its last anchor is what a crash leaves, and is gone on with', async (t) => {
  const payment = await runPaymentStandIn(t)
  const folder = temporaryFolder(t)
  const before = await runOrder(t, payment.url, folder)
  await before.place('k1')
  await before.close()
  const anchored = readFileSync(`${folder}/anchors/order.ndjson`, 'utf8')
  const crashing = await runOrder(t, payment.url, folder)
  await crashing.place('k2')
  await crashing.close()
  // As a crash would have left it: committed, not anchored.
  writeFileSync(`${folder}/anchors/order.ndjson`, anchored)
  const after = await runOrder(t, payment.url, folder)
  assert.equal((await after.place('k3')).status, 201)
  assert.equal((await fetch(`${after.adminUrl}/readyz`)).status, 200)
})
