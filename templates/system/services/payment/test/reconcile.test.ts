// What nobody heard of in time is brought to its end by asking the provider's books, and made once.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { deadUrl, eventually, runStandIn, temporaryFolder } from '@system/platform/testing'
import { inBooks, never, order, quick, runPayment, runProvider, unknown } from './run-payment.ts'

test('a charge whose answers are lost is settled by the reconciliation, and made once', async (t) => {
  const provider = await runProvider(t)
  // Every answer is lost, so authorising and capturing each happen without anybody hearing of it.
  await provider.behave({ lostAnswerShare: 1 })
  const { charge, settled } = await runPayment(t, provider.url, undefined, quick)
  assert.equal((await charge('k1', order)).status, 202)
  await provider.behave({})
  const [only] = await settled('captured')
  assert.equal(only?.orderId, 'o1')
  assert.deepEqual(
    (await provider.books()).map(({ state }) => state),
    ['captured'],
  )
})

const deaf: [what: string, mood: object][] = [
  ['come too late, each of them', { delayMs: 1000 }],
  ['are lost, each of them', { lostAnswerShare: 1 }],
]

for (const [what, mood] of deaf) {
  test(`a provider whose answers ${what}, is believed in what its books say`, async (t) => {
    const provider = await runProvider(t)
    const hurried = { ...quick, PROVIDER_POLICY: '{"attemptTimeoutMs":300}' }
    const { charge, refund, settled } = await runPayment(t, provider.url, undefined, hurried)
    await provider.behave(mood)
    assert.equal((await charge('k1', order)).status, 202)
    const [captured] = await settled('captured')
    assert.ok(captured)
    assert.equal((await refund(captured.id)).status, 202)
    await settled('refunded')
    assert.deepEqual(await provider.states(), ['refunded'])
  })
}

test('what the books have under the key of a charge and is another payment, settles nothing', async (t) => {
  for (const other of [{ amountCents: 1 }, { reference: 'o2' }]) {
    let asked = 0
    const provider = await runStandIn(t, ({ method, path }) => {
      if (method !== 'GET') return 'reset'
      if (path === '/payments/by-key/k1') asked += 1
      return inBooks('captured', other)
    })
    const { charge, list } = await runPayment(t, provider.url, undefined, quick)
    assert.equal((await charge('k1', order)).status, 202)
    await eventually(() => (asked >= 3 ? true : undefined))
    const { charges } = await list()
    assert.deepEqual(
      charges.map(({ state }) => state),
      ['requested'],
    )
  }
})

test('with every fifth answer lost, sixty orders are charged once each', async (t) => {
  const provider = await runProvider(t, { SANDBOX_LOST_ANSWERS: '0.2' })
  const { charge, settled } = await runPayment(t, provider.url, undefined, quick)
  const orders = Array.from({ length: 60 }, (_, index) => ({ orderId: `o${index}`, amountCents: 100 }))
  const answers = await Promise.all(orders.map((one) => charge(`k-${one.orderId}`, one)))
  assert.ok(answers.some(({ status }) => status === 202))
  await settled('captured', 60)
  const books = await provider.books()
  assert.equal(books.length, 60)
  assert.ok(books.every(({ state }) => state === 'captured'))
})

test('a crash between asking and hearing is settled after the restart', async (t) => {
  const folder = temporaryFolder(t)
  const before = await runPayment(t, await deadUrl(), folder, never)
  assert.equal((await before.charge('k1', order)).status, 202)
  await before.close()
  const provider = await runProvider(t)
  const after = await runPayment(t, provider.url, folder, quick)
  await after.settled('captured')
  assert.equal((await provider.books()).length, 1)
})

test('the reconciliation asks what became of a key before it charges', async (t) => {
  const asked: string[] = []
  const provider = await runStandIn(t, ({ method, path }) => {
    if (path !== '/readyz') asked.push(`${method} ${path}`)
    if (!path.startsWith('/payments/by-key/')) return 'reset'
    return { status: 404, body: { error: { code: 'no-such-key', message: 'Unknown.' } } }
  })
  const { charge } = await runPayment(t, provider.url, undefined, quick)
  await charge('k1', order)
  await eventually(() => (asked.length >= 3 ? true : undefined))
  assert.deepEqual(asked.slice(0, 3), ['POST /payments', 'GET /payments/by-key/k1', 'POST /payments'])
})

test('charges that cannot be settled do not hold up the others', async (t) => {
  let isAway = true
  const provider = await runStandIn(t, ({ method, path, body }) => {
    if (path.startsWith('/payments/by-key/')) return unknown
    if (method !== 'POST') return { status: 200 }
    const reference = (JSON.parse(body || '{}') as { reference?: string }).reference ?? 'good'
    // A status alone is nobody's word, and no trouble that opens the breaker.
    if (reference !== 'good') return { status: 422 }
    if (isAway) return 'reset'
    return { status: 201, body: { pos: 1, id: 'p1', reference, amountCents: 1999, state: 'captured', at: 1 } }
  })
  const { charge, settled } = await runPayment(t, provider.url, undefined, quick)
  for (let n = 0; n < 20; n++)
    assert.equal((await charge(`k${n}`, { ...order, orderId: `bad${n}` })).status, 202)
  assert.equal((await charge('k', { ...order, orderId: 'good' })).status, 202)
  isAway = false
  await settled('captured')
})
