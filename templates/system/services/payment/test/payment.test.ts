import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { deadUrl, runStandIn, temporaryFolder, type StandInAnswer } from '@system/platform/testing'
import { error, inBooks, never, order, quick, runPayment, runProvider, unknown } from './run-payment.ts'

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

interface Reluctant {
  authorise?: StandInAnswer
  capture?: StandInAnswer
  books: StandInAnswer
}

/** A provider that refuses what the test does not let it do. */
async function runReluctant(t: TestContext, answers: Reluctant) {
  const refusal = { status: 422, body: { error } }
  const { url, requests } = await runStandIn(t, ({ method, path }) => {
    if (path === '/payments') return answers.authorise ?? refusal
    if (path === '/payments/p1/capture') return answers.capture ?? refusal
    return method === 'GET' && path === '/payments/by-key/k1' ? answers.books : { status: 200 }
  })
  return { url, asked: () => requests.filter(({ method }) => method === 'POST').length, answers }
}

test('what the provider refuses for good is declined, and never asked for again', async (t) => {
  for (const status of [400, 422]) {
    const provider = await runReluctant(t, { authorise: { status, body: { error } }, books: unknown })
    const { charge, list } = await runPayment(t, provider.url, undefined, quick)
    const first = await charge('k1', order)
    assert.deepEqual([first.status, first.body.state, first.body.providerId], [402, 'declined', null])
    assert.deepEqual(await charge('k1', order), first)
    assert.deepEqual((await list()).charges, [first.body])
    assert.equal(provider.asked(), 1)
  }
})

test('a charge whose answer was lost, and which is refused then, is ended by the reconciliation', async (t) => {
  const provider = await runReluctant(t, { authorise: 'reset', books: unknown })
  const { charge, settled } = await runPayment(t, provider.url, undefined, quick)
  assert.equal((await charge('k1', order)).status, 202)
  provider.answers.authorise = { status: 422, body: { error } }
  await settled('declined')
})

const refused: [what: string, provider: Reluctant, answer: [number, string]][] = [
  ['the books have it as captured', { books: inBooks('captured') }, [201, 'captured']],
  ['the books have it as given back', { books: inBooks('refunded') }, [201, 'captured']],
  ['the books have it as given up', { books: inBooks('voided') }, [402, 'declined']],
  ['its key is of another order', { books: inBooks('captured', { reference: 'o2' }) }, [402, 'declined']],
  ['its key is of another amount', { books: inBooks('captured', { amountCents: 1 }) }, [202, 'requested']],
  ['the books do not tell', { books: 'reset' }, [202, 'requested']],
  ['the books are not to be asked', { books: { status: 400, body: { error } } }, [202, 'requested']],
  ['a status is no word of the books', { books: { status: 404 } }, [202, 'requested']],
  [
    'the capture is, and what is reserved may not have been given up',
    { authorise: { ...inBooks('authorised'), status: 201 }, books: inBooks('authorised') },
    [202, 'authorised'],
  ],
  [
    'the capture is, of what was given up',
    { authorise: { ...inBooks('authorised'), status: 201 }, books: inBooks('voided') },
    [402, 'declined'],
  ],
  [
    'the capture is, of what nobody knows of any more',
    { authorise: { ...inBooks('authorised'), status: 201 }, books: unknown },
    [202, 'authorised'],
  ],
]

for (const [what, reluctant, answer] of refused) {
  test(`when a charge is refused and ${what}, it is answered ${answer.join(' ')}`, async (t) => {
    const provider = await runReluctant(t, reluctant)
    const { charge } = await runPayment(t, provider.url, undefined, never)
    const { status, body } = await charge('k1', order)
    assert.deepEqual([status, body.state], answer)
  })
}

test('an unsettled charge is settled by whoever asks again under the same key', async (t) => {
  const provider = await runProvider(t)
  await provider.behave({ lostAnswerShare: 1 })
  const { charge } = await runPayment(t, provider.url, undefined, never)
  assert.equal((await charge('k1', order)).status, 202)
  await provider.behave({})
  assert.equal((await charge('k1', order)).status, 201)
  assert.equal((await provider.books()).length, 1)
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
