// Reserved money whose capture is refused for good is given up once, whatever is lost on the way.

import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { eventually, runStandIn, temporaryFolder, type StandInAnswer } from '@system/platform/testing'
import { error, inBooks, never, order, quick, runPayment, runProvider } from './run-payment.ts'

test('what is reserved and may not be captured is given up, and the charge declined for good', async (t) => {
  const provider = await runProvider(t, { SANDBOX_REFUSED_CAPTURES: '1' })
  const { charge } = await runPayment(t, provider.url, undefined, never)
  const first = await charge('k1', order)
  assert.deepEqual([first.status, first.body.state], [402, 'declined'])
  assert.deepEqual(await provider.states(), ['voided'])
  await provider.behave({})
  assert.deepEqual(await charge('k1', order), first, 'it is not charged later')
  assert.deepEqual(await provider.states(), ['voided'])
})

test('every fifth capture refused and every fifth answer lost, each charge ends as the books have it', async (t) => {
  const provider = await runProvider(t, { SANDBOX_REFUSED_CAPTURES: '0.2', SANDBOX_LOST_ANSWERS: '0.2' })
  const { charge, list } = await runPayment(t, provider.url, undefined, quick)
  const orders = Array.from({ length: 40 }, (_, index) => ({ orderId: `o${index}`, amountCents: 100 }))
  await Promise.all(orders.map((one) => charge(`k-${one.orderId}`, one)))
  const ended = { captured: 'captured', voided: 'declined' } as Record<string, string>
  await eventually(async () => {
    const { charges } = await list('?limit=1000')
    const isOpen = charges.some(({ state }) => state !== 'captured' && state !== 'declined')
    return isOpen ? undefined : true
  }, 20_000)
  const stateOf = new Map((await list('?limit=1000')).charges.map(({ orderId, state }) => [orderId, state]))
  const books = await provider.books()
  assert.equal(books.length, 40)
  assert.ok(books.some(({ state }) => state === 'voided'))
  for (const { reference, state } of books) assert.equal(stateOf.get(reference), ended[state], reference)
})

const refused: StandInAnswer = { status: 409, body: { error } }
const told = (state: string, status = 200): StandInAnswer => ({ ...inBooks(state), status })

/** Refuses to capture; what it answers to a void, and has in its books, is for the test to say. */
async function runReluctant(t: TestContext, answers: { void: StandInAnswer; books: StandInAnswer }) {
  const { url, requests } = await runStandIn(t, ({ method, path }) => {
    switch (`${method} ${path}`) {
      case 'POST /payments':
        return told('authorised', 201)
      case 'POST /payments/p1/capture':
        return refused
      case 'POST /payments/p1/void':
        return answers.void
      case 'GET /payments/by-key/k1':
        return answers.books
      default:
        return { status: 200 }
    }
  })
  const voids = () => requests.filter(({ path }) => path.endsWith('/void'))
  return { url, answers, voids }
}

test('a lost answer leaves the charge open, and it is given up under the same key, by whoever goes on', async (t) => {
  const provider = await runReluctant(t, { void: 'reset', books: told('authorised') })
  const { charge, settled } = await runPayment(t, provider.url, undefined, quick)
  assert.deepEqual((await charge('k1', order)).status, 202)
  await eventually(() => (provider.voids().length >= 2 ? true : undefined))
  provider.answers.void = told('voided')
  await settled('declined')
  assert.deepEqual(
    [...new Set(provider.voids().map(({ headers }) => headers['idempotency-key']))],
    ['k1:void'],
  )
})

test('a crash after it was given up and before that was written down is made good from the books', async (t) => {
  const folder = temporaryFolder(t)
  const provider = await runReluctant(t, { void: 'reset', books: told('authorised') })
  const before = await runPayment(t, provider.url, folder, never)
  assert.equal((await before.charge('k1', order)).body.state, 'authorised')
  await before.close()
  provider.answers.books = told('voided')
  const asked = provider.voids().length
  const after = await runPayment(t, provider.url, folder, quick)
  await after.settled('declined')
  assert.equal(provider.voids().length, asked)
})

test('a crash before the provider heard of it is made good after the restart', async (t) => {
  const folder = temporaryFolder(t)
  const data = temporaryFolder(t)
  const provider = await runProvider(t, { SANDBOX_REFUSED_CAPTURES: '1', DATA_DIR: data })
  const reluctant = await runReluctant(t, { void: 'reset', books: 'reset' })
  const before = await runPayment(t, reluctant.url, folder, never)
  assert.equal((await before.charge('k1', order)).body.state, 'authorised')
  await before.close()
  // The provider's own books have it as reserved, under the key that payment gave it.
  await fetch(`${provider.url}/payments`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'idempotency-key': 'k1' },
    body: JSON.stringify({ reference: order.orderId, amountCents: order.amountCents }),
  })
  const after = await runPayment(t, provider.url, folder, quick)
  await after.settled('declined')
  assert.deepEqual(await provider.states(), ['voided'])
})

test('where a capture came first, that stands', async (t) => {
  const provider = await runReluctant(t, { void: refused, books: told('authorised') })
  const { charge, settled } = await runPayment(t, provider.url, undefined, quick)
  assert.equal((await charge('k1', order)).body.state, 'authorised')
  provider.answers.books = told('captured')
  await settled('captured')
})

const untouched: [what: string, books: StandInAnswer][] = [
  ['do not tell', 'reset'],
  ['have it with another amount', inBooks('authorised', { amountCents: 1 })],
  ['have it of another order', inBooks('authorised', { reference: 'o2' })],
]

for (const [what, books] of untouched) {
  test(`nothing is given up while the books ${what}`, async (t) => {
    const provider = await runReluctant(t, { void: told('voided'), books })
    const { charge } = await runPayment(t, provider.url, undefined, never)
    assert.equal((await charge('k1', order)).body.state, 'authorised')
    assert.equal(provider.voids().length, 0)
  })
}
