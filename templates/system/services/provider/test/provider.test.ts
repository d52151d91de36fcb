import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { runForTest, temporaryFolder } from '@system/platform/testing'
import { createShare } from '../src/mood.ts'
import { service } from '../src/service.ts'

interface Payment {
  id: string
  state: string
}

async function runProvider(t: TestContext, env: Record<string, string> = {}) {
  const { url, close } = await runForTest(t, service, env)
  const post = async (path: string, key: string, body: object = {}) => {
    const headers = { 'content-type': 'application/json', 'idempotency-key': key }
    const response = await fetch(`${url}${path}`, { method: 'POST', headers, body: JSON.stringify(body) })
    return { status: response.status, body: (await response.json()) as Payment }
  }
  const books = async (): Promise<Payment[]> =>
    ((await (await fetch(`${url}/payments`)).json()) as { payments: Payment[] }).payments
  const byKey = async (key: string) => fetch(`${url}/payments/by-key/${key}`)
  return { post, books, byKey, close }
}

const payment = { reference: 'o1', amountCents: 500 }

test('a payment is authorised, captured and refunded, each step once for its key', async (t) => {
  const { post, books } = await runProvider(t)
  const first = await post('/payments', 'k', payment)
  assert.deepEqual([first.status, first.body.state], [201, 'authorised'])
  assert.deepEqual(await post('/payments', 'k', payment), first)
  const { id } = first.body
  for (const [move, state] of [
    ['capture', 'captured'],
    ['refund', 'refunded'],
  ] as const) {
    for (let time = 0; time < 2; time++) {
      const moved = await post(`/payments/${id}/${move}`, `k:${move}`)
      assert.equal(moved.status, 200)
    }
    assert.deepEqual(
      (await books()).map((one) => one.state),
      [state],
    )
  }
  assert.equal((await post(`/payments/${id}/capture`, 'another')).status, 409)
})

test('a key is not taken for something else', async (t) => {
  const { post } = await runProvider(t)
  const { id } = (await post('/payments', 'k', payment)).body
  assert.equal((await post('/payments', 'k', { ...payment, amountCents: 1 })).status, 422)
  assert.equal((await post(`/payments/${id}/capture`, 'k')).status, 422)
  assert.equal((await post('/payments/nobody/capture', 'k2')).status, 404)
})

test('a lost answer is done and in the books, also after a crash; its key tells', async (t) => {
  const folder = temporaryFolder(t)
  const before = await runProvider(t, { SANDBOX_LOST_ANSWERS: '1', DATA_DIR: folder })
  await assert.rejects(before.post('/payments', 'k', payment))
  await before.close()
  const { books, byKey, post } = await runProvider(t, { DATA_DIR: folder })
  assert.equal((await books()).length, 1)
  assert.equal((await byKey('k')).status, 200)
  assert.equal((await byKey('unknown')).status, 404)
  assert.equal((await post('/payments', 'k', payment)).status, 201)
  assert.equal((await books()).length, 1)
})

test('what is declined stays declined', async (t) => {
  const { post, books } = await runProvider(t, { SANDBOX_DECLINES: '0.5' })
  const answers = []
  for (const key of ['a', 'b', 'c', 'd']) answers.push(await post('/payments', key, payment))
  assert.deepEqual(
    answers.map(({ status }) => status),
    [201, 402, 201, 402],
  )
  assert.deepEqual(await post('/payments', 'b', payment), answers[1])
  assert.equal((await books()).length, 4)
})

test('a capture that is refused takes nothing, and what is reserved can still be given up, once', async (t) => {
  const { post, books } = await runProvider(t, { SANDBOX_REFUSED_CAPTURES: '1' })
  const { id } = (await post('/payments', 'k', payment)).body
  for (let time = 0; time < 2; time++) {
    assert.equal((await post(`/payments/${id}/capture`, 'k:capture')).status, 409)
    assert.equal((await books())[0]?.state, 'authorised')
  }
  for (let time = 0; time < 2; time++) {
    const given = await post(`/payments/${id}/void`, 'k:void')
    assert.deepEqual([given.status, given.body.state], [200, 'voided'])
  }
  assert.equal((await post(`/payments/${id}/void`, 'another')).status, 409)
})

test('a share is exact', () => {
  for (const share of [0, 0.2, 0.5, 1]) {
    const isOne = createShare()
    const count = Array.from({ length: 100 }, () => isOne(share)).filter(Boolean).length
    assert.equal(count, share * 100)
  }
})
