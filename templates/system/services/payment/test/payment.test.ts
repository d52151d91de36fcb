import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { runForTest, temporaryFolder } from '@system/platform/testing'
import { service } from '../src/service.ts'

async function runPayment(t: TestContext, dataFolder = temporaryFolder(t)) {
  const { url, close } = await runForTest(t, service, { DATA_DIR: dataFolder })
  const charge = async (key: string | undefined, body: unknown) => {
    const headers: Record<string, string> = { 'content-type': 'application/json' }
    if (key !== undefined) headers['idempotency-key'] = key
    const response = await fetch(`${url}/charges`, { method: 'POST', headers, body: JSON.stringify(body) })
    return { status: response.status, body: (await response.json()) as Record<string, unknown> }
  }
  const list = async (query = '') => {
    const response = await fetch(`${url}/charges${query}`)
    return (await response.json()) as { charges: Record<string, unknown>[]; next: number }
  }
  return { charge, list, close }
}

const order = { orderId: 'o1', amountCents: 1999 }

test('a charge is made once for a key, and the same charge is answered again', async (t) => {
  const { charge, list } = await runPayment(t)
  const first = await charge('k1', order)
  const second = await charge('k1', order)
  assert.deepEqual([first.status, second.status], [201, 200])
  assert.deepEqual(second.body, first.body)
  assert.equal((await list()).charges.length, 1)
})

test('a hundred callers with one key at the same time make one charge', async (t) => {
  const { charge, list } = await runPayment(t)
  const answers = await Promise.all(Array.from({ length: 100 }, () => charge('k1', order)))
  assert.equal(answers.filter(({ status }) => status === 201).length, 1)
  assert.equal(new Set(answers.map(({ body }) => body['id'])).size, 1)
  assert.equal((await list()).charges.length, 1)
})

test('a key is not taken for another charge', async (t) => {
  const { charge } = await runPayment(t)
  await charge('k1', order)
  const table = [
    { ...order, amountCents: 1 },
    { ...order, orderId: 'o2' },
  ]
  for (const other of table) assert.equal((await charge('k1', other)).status, 422)
})

test('what is not a charge is refused', async (t) => {
  const { charge } = await runPayment(t)
  assert.equal((await charge(undefined, order)).status, 400)
  assert.equal((await charge('k1', { ...order, amountCents: 0 })).status, 400)
  assert.equal((await charge('k1', {})).status, 400)
})

test('charges are listed by position, a page at a time', async (t) => {
  const { charge, list } = await runPayment(t)
  for (const key of ['a', 'b', 'c']) await charge(key, { ...order, orderId: key })
  const first = await list('?limit=2')
  const rest = await list(`?after=${first.next}`)
  assert.deepEqual(
    [...first.charges, ...rest.charges].map(({ key }) => key),
    ['a', 'b', 'c'],
  )
  assert.deepEqual(await list(`?after=${rest.next}`), { charges: [], next: rest.next })
})

test('charges outlive the process', async (t) => {
  const folder = temporaryFolder(t)
  const before = await runPayment(t, folder)
  const { body } = await before.charge('k1', order)
  await before.close()
  const after = await runPayment(t, folder)
  assert.deepEqual((await after.list()).charges, [body])
  assert.equal((await after.charge('k1', order)).status, 200)
})
