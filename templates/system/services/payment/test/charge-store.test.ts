import assert from 'node:assert/strict'
import { DatabaseSync } from 'node:sqlite'
import { test, type TestContext } from 'node:test'
import { openDurableStore } from '@system/platform/durable-store'
import { createLogger } from '@system/platform/logger'
import { systemClock } from '@system/platform/clock'
import { temporaryFolder } from '@system/platform/testing'
import { createChargeStore, schema } from '../src/charge-store.ts'

const log = createLogger({ service: 'tested', level: 'silent' })

async function captured(t: TestContext) {
  const folder = temporaryFolder(t)
  const durable = openDurableStore({ folder, name: 'payment', schema, log })
  t.after(() => durable.close())
  const store = createChargeStore(durable, systemClock)
  const requested = await store.request({ key: 'k1', orderId: 'o1', amountCents: 500 })
  assert.ok(requested.kind === 'charge')
  await store.enter(requested.charge.id, 'captured', 'p1')
  const other = new DatabaseSync(`${folder}/payment.db`)
  t.after(() => other.close())
  return { store, other, id: requested.charge.id }
}

const forgeries = [
  'update charges set amount_cents = 1',
  'update or replace charges set amount_cents = 1',
  'delete from charges',
  `insert or replace into charges values (1, 'c', 'k', 'o', 1, 1)`,
  `replace into charges (id, key, order_id, amount_cents, at) select 'c', key, order_id, 1, at from charges`,
  `replace into charges (id, key, order_id, amount_cents, at) select id, 'k', order_id, 1, at from charges`,
  `insert into charges (id, key, order_id, amount_cents, at) values ('c', 'k1', 'o', 1, 1)
    on conflict (key) do update set amount_cents = 1`,
  `update charge_states set state = 'refunded'`,
  `update or replace charge_states set state = 'captured'`,
  `delete from charge_states where state = 'captured'`,
  `insert or replace into charge_states values (2, 'c', 'declined', null, 1)`,
  `replace into charge_states (charge_id, state, provider_id, at)
    select charge_id, state, 'p2', at from charge_states where state = 'captured'`,
]

for (const sql of forgeries) {
  test(`what was charged is not changed by: ${sql.replace(/\s+/g, ' ')}`, async (t) => {
    const { store, other, id } = await captured(t)
    const before = store.list(0, 10)
    assert.throws(() => other.exec(sql), /append-only/)
    assert.deepEqual(store.list(0, 10), before)
    assert.equal((await store.enter(id, 'refunded', 'p1')).state, 'refunded')
    assert.equal((await store.request({ key: 'k2', orderId: 'o2', amountCents: 1 })).kind, 'charge')
  })
}

test('what was open when the clock went back by an hour is settled now, and not in an hour', async (t) => {
  let now = 10_000_000
  const durable = openDurableStore({ folder: temporaryFolder(t), name: 'payment', schema, log })
  t.after(() => durable.close())
  const store = createChargeStore(durable, { ...systemClock, epochMs: () => now })
  const open = () => store.unsettled(now - 2000, 0, 10).map(({ key }) => key)
  await store.request({ key: 'k1', orderId: 'o1', amountCents: 500 })
  assert.deepEqual(open(), [])
  now -= 3_600_000
  await store.request({ key: 'k2', orderId: 'o2', amountCents: 500 })
  assert.deepEqual(open(), ['k1'])
  now += 2001
  assert.deepEqual(open(), ['k1', 'k2'])
})
