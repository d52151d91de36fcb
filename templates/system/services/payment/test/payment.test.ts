import assert from 'node:assert/strict'
import { test } from 'node:test'
import { deadUrl, eventually, runStandIn, temporaryFolder } from '@system/platform/testing'
import { never, order, quick, runPayment, runProvider } from './run-payment.ts'

test('a charge is authorised and captured once for a key, and the same answer is given again', async (t) => {
  const provider = await runProvider(t)
  const { charge, list } = await runPayment(t, provider.url)
  const first = await charge('k1', order)
  assert.deepEqual([first.status, first.body.state], [201, 'captured'])
  assert.deepEqual(await charge('k1', order), first)
  assert.equal((await list()).charges.length, 1)
  assert.deepEqual(
    (await provider.books()).map(({ reference, state }) => [reference, state]),
    [['o1', 'captured']],
  )
})

test('a hundred callers with one key at the same time make one charge', async (t) => {
  const provider = await runProvider(t)
  const { charge, list } = await runPayment(t, provider.url)
  const answers = await Promise.all(Array.from({ length: 100 }, () => charge('k1', order)))
  assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([201]))
  assert.equal(new Set(answers.map(({ body }) => body.id)).size, 1)
  assert.equal((await list()).charges.length, 1)
  assert.equal((await provider.books()).length, 1)
})

test('a key is not taken for another charge', async (t) => {
  const provider = await runProvider(t)
  const { charge } = await runPayment(t, provider.url)
  await charge('k1', order)
  const table = [
    { ...order, amountCents: 1 },
    { ...order, orderId: 'o2' },
  ]
  for (const other of table) assert.equal((await charge('k1', other)).status, 422)
  assert.equal((await provider.books()).length, 1)
})

test('what the provider declines is declined for good', async (t) => {
  const provider = await runProvider(t, { SANDBOX_DECLINES: '1' })
  const { charge } = await runPayment(t, provider.url)
  const first = await charge('k1', order)
  assert.deepEqual([first.status, first.body.state], [402, 'declined'])
  await provider.behave({})
  assert.deepEqual(await charge('k1', order), first)
})

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

test('an unsettled charge is settled by whoever asks again under the same key', async (t) => {
  const provider = await runProvider(t)
  await provider.behave({ lostAnswerShare: 1 })
  const { charge } = await runPayment(t, provider.url, undefined, never)
  assert.equal((await charge('k1', order)).status, 202)
  await provider.behave({})
  assert.equal((await charge('k1', order)).status, 201)
  assert.equal((await provider.books()).length, 1)
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
  const error = { code: 'invalid', message: 'No.' }
  let isAway = true
  const provider = await runStandIn(t, ({ method, path, body }) => {
    if (path.startsWith('/payments/by-key/')) return { status: 404, body: { error } }
    if (method !== 'POST') return { status: 200 }
    const reference = (JSON.parse(body || '{}') as { reference?: string }).reference ?? 'good'
    if (reference !== 'good') return { status: 422, body: { error } }
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

test('what is not a charge is refused', async (t) => {
  const { charge } = await runPayment(t, await deadUrl())
  assert.equal((await charge(undefined, order)).status, 400)
  assert.equal((await charge('k1', { ...order, amountCents: 0 })).status, 400)
  assert.equal((await charge('k1', {})).status, 400)
})

test('charges are listed by position, a page at a time, and outlive the process', async (t) => {
  const provider = await runProvider(t)
  const folder = temporaryFolder(t)
  const before = await runPayment(t, provider.url, folder)
  for (const key of ['a', 'b', 'c']) await before.charge(key, { ...order, orderId: key })
  await before.close()
  const { list, charge } = await runPayment(t, provider.url, folder)
  const first = await list('?limit=2')
  const rest = await list(`?after=${first.next}`)
  assert.deepEqual(
    [...first.charges, ...rest.charges].map(({ key }) => key),
    ['a', 'b', 'c'],
  )
  assert.deepEqual(await list(`?after=${rest.next}`), { charges: [], next: rest.next })
  assert.deepEqual((await charge('a', { ...order, orderId: 'a' })).body, first.charges[0])
})
