// The audit on a log that the generated order service's own store has written: whole as it is, and every
// way of tampering with it is named with its place.

import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { appendFileSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { stripVTControlCharacters } from 'node:util'
import { createGroupCommit, openDatabase } from '@system/platform'
import { systemClock } from '@system/platform/clock'
import { expect, onTestFinished, test } from 'vitest'
import { auditView } from '../../src/cli/views/verify.ts'
import { checkInvariants } from '../../src/chaos/invariants.ts'
import { verifyAudit } from '../../src/runtime/audit.ts'
import { readSystemRecords } from '../../src/runtime/system-records.ts'
import type { ServiceStatus } from '../../src/system/agent-api.ts'
import { appendAnchor } from '../../templates/system/services/order/src/anchor-file.ts'
import { createOrderStore, schema } from '../../templates/system/services/order/src/order-store.ts'

/** A system whose order service has ten orders on record; the log was anchored at event 6. */
async function writtenSystem() {
  const root = mkdtempSync(join(tmpdir(), 'msvc-audit-'))
  onTestFinished(() => rmSync(root, { recursive: true, force: true }))
  const data = join(root, '.msvc/data/order')
  mkdirSync(join(data, 'anchors'), { recursive: true })
  writeFileSync(
    join(root, 'msvc.yaml'),
    'apiVersion: msvc/v1\nkind: System\nname: shop\nentry: order\nservices:\n  order: {path: services/order}\n',
  )
  const database = openDatabase(data, 'events', schema)
  const store = createOrderStore({ database, commit: createGroupCommit(database) }, systemClock)
  for (let order = 1; order <= 10; order++) {
    await store.place(`k${order}`, { sku: 'book', quantity: 1, amountCents: 500 })
    if (order === 6) {
      appendAnchor(join(data, 'anchors/order.ndjson'), { at: 1, ...store.head() })
    }
  }
  database.close()
  const tamper = (sql: string): void => {
    const hacked = new DatabaseSync(join(data, 'events.db'))
    hacked.exec('drop trigger events_are_final_u; drop trigger events_are_final_d')
    hacked.function('sha256', (text) => createHash('sha256').update(String(text)).digest('hex'))
    hacked.exec(sql)
    hacked.close()
  }
  return { root, tamper }
}

/** Order's other side, whose log is not what is asked about. */
async function emptyFeed(): Promise<ServiceStatus> {
  const server = createServer((_, answer) => answer.end('{"events":[],"next":0}')).listen(0, '127.0.0.1')
  onTestFinished(() => void server.close())
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    name: 'order',
    state: 'ready',
    pid: null,
    url: `http://127.0.0.1:${port}`,
    port,
    adminPort: 0,
    restarts: 0,
    since: 0,
    detail: null,
  }
}

/** All hashes from there on made anew, as somebody would who knows how they are made. */
const rehash = (from: number): string =>
  Array.from({ length: 11 - from }, (_, index) => from + index)
    .map((pos) => {
      const prev = `coalesce((select hash from events where pos = ${pos - 1}), '${'0'.repeat(64)}')`
      const text = `json_array(${prev}, pos, id, stream, version, type, data, at)`
      return `update events set prev = ${prev}, hash = sha256(${text}) where pos = ${pos};`
    })
    .join('')

test('a log that nobody touched is whole', async () => {
  const { root } = await writtenSystem()
  expect(await verifyAudit(root, 'order')).toMatchObject({
    verdict: 'PASS',
    events: 10,
    anchors: 1,
    broken: null,
  })
})

test('half an anchor, as a crash leaves it, spoils neither the next one nor the audit, and is told', async () => {
  const { root } = await writtenSystem()
  const { head } = await verifyAudit(root, 'order')
  const anchors = join(root, '.msvc/data/order/anchors/order.ndjson')
  appendFileSync(anchors, '{"at":2,"po')
  expect(await verifyAudit(root, 'order')).toMatchObject({ verdict: 'PASS', anchors: 1, tornAnchors: 1 })
  appendAnchor(anchors, { at: 3, ...head })
  const report = await verifyAudit(root, 'order')
  expect(report).toMatchObject({ verdict: 'PASS', anchors: 2, tornAnchors: 1 })
  expect(stripVTControlCharacters(auditView(report))).toMatch(
    /2 anchors agree.*\n +1 torn line among the anchors/,
  )
})

test('an anchor behind a torn line counts', async () => {
  const { root, tamper } = await writtenSystem()
  const anchors = join(root, '.msvc/data/order/anchors/order.ndjson')
  const { head } = await verifyAudit(root, 'order')
  writeFileSync(anchors, '{"at":2,"po')
  appendAnchor(anchors, { at: 3, ...head })
  tamper('delete from events where pos > 9')
  expect(await verifyAudit(root, 'order')).toMatchObject({ verdict: 'FAIL', broken: { pos: 10 } })
})

test('the furthest anchor counts, in whatever order the anchors are read', async () => {
  const { root, tamper } = await writtenSystem()
  const { hash } = (await verifyAudit(root, 'order')).head
  const older = JSON.stringify({ at: 3, pos: 2, hash })
  writeFileSync(join(root, '.msvc/data/order/anchors/read-later.ndjson'), `${older}\n`)
  tamper('delete from events where pos > 1')
  expect(await verifyAudit(root, 'order')).toMatchObject({
    broken: { pos: 2, reason: expect.stringMatching(/anchored at 6/) as string },
  })
})

test('a log written anew is found also after a service has started on it and anchored it again', async () => {
  const { root, tamper } = await writtenSystem()
  tamper(`update events set data = replace(data, '500', '1') where pos = 2; ${rehash(2)}`)
  const hacked = new DatabaseSync(join(root, '.msvc/data/order/events.db'), { readOnly: true })
  const { pos, hash } = hacked.prepare('select pos, hash from events where pos = 6').get() ?? {}
  hacked.close()
  writeFileSync(
    join(root, '.msvc/data/order/anchors/later.ndjson'),
    `${JSON.stringify({ at: 3, pos, hash })}\n`,
  )
  expect(await verifyAudit(root, 'order')).toMatchObject({ verdict: 'FAIL', broken: { pos: 6 } })
})

test('anchors that are kept elsewhere are read from there', async () => {
  const { root, tamper } = await writtenSystem()
  const elsewhere = join(root, 'evidence')
  renameSync(join(root, '.msvc/data/order/anchors'), elsewhere)
  tamper('delete from events where pos > 5')
  expect(await verifyAudit(root, 'order')).toMatchObject({ verdict: 'PASS', anchors: 0 })
  expect(await verifyAudit(root, 'order', elsewhere)).toMatchObject({ verdict: 'FAIL', broken: { pos: 6 } })
})

test('`msvc verify` reads anchors that are kept elsewhere, and says when there are none', async () => {
  const { root, tamper } = await writtenSystem()
  const anchorFolder = join(root, 'evidence')
  renameSync(join(root, '.msvc/data/order/anchors'), anchorFolder)
  tamper('delete from events where pos > 5')
  const order = await emptyFeed()
  const audit = async (elsewhere: object) => {
    const records = await readSystemRecords({ root, services: [order], acknowledged: [], ...elsewhere })
    return checkInvariants(records).find(({ name }) => name === 'the audit chain is whole')
  }
  expect(await audit({ anchorFolder })).toMatchObject({ state: 'broken', notChecked: [] })
  expect(await audit({})).toMatchObject({
    state: 'held',
    notChecked: [{ what: 'events against an anchor, of which there is none', count: 5 }],
  })
})

test('a folder for anchors that is not there is no proof', async () => {
  const { root } = await writtenSystem()
  await expect(verifyAudit(root, 'order', join(root, 'nowhere'))).rejects.toMatchObject({
    code: 'no-anchors',
  })
})

const tampering: [how: string, sql: string, pos: number, reason: RegExp][] = [
  [
    'a changed amount',
    `update events set data = replace(data, '500', '1') where pos = 4`,
    4,
    /not what was written/,
  ],
  ['a changed time', 'update events set at = at + 1 where pos = 1', 1, /not what was written/],
  ['a removed event', 'delete from events where pos = 3', 3, /missing; 4 follows/],
  ['a removed beginning', 'delete from events where pos = 1', 1, /missing; 2 follows/],
  [
    'an event rewritten with its own hash',
    `update events set data = '{}' where pos = 8; ${rehash(8).split(';')[0]}`,
    9,
    /does not follow/,
  ],
  [
    'a log written anew from the first event',
    `update events set data = '{}' where pos = 1; ${rehash(1)}`,
    6,
    /anchored/,
  ],
  [
    'an end cut off before the anchor',
    'delete from events where pos > 5',
    6,
    /stops at 5, and was anchored at 6/,
  ],
  ['all of it removed', 'delete from events', 1, /stops at 0, and was anchored at 6/],
]

test.each(tampering)('%s is found', async (_, sql, pos, reason) => {
  const { root, tamper } = await writtenSystem()
  tamper(sql)
  const { verdict, broken } = await verifyAudit(root, 'order')
  expect(verdict).toBe('FAIL')
  expect(broken?.pos).toBe(pos)
  expect(broken?.reason).toMatch(reason)
})

test('what cannot be audited is said', async () => {
  const { root } = await writtenSystem()
  await expect(verifyAudit(root, 'ordr')).rejects.toMatchObject({ code: 'unknown-service' })
  rmSync(join(root, '.msvc/data'), { recursive: true })
  await expect(verifyAudit(root, 'order')).rejects.toMatchObject({ code: 'no-audit-log' })
})
