// What was captured is given back once, whatever is lost on the way.

import assert from 'node:assert/strict'
import { DatabaseSync } from 'node:sqlite'
import { test, type TestContext } from 'node:test'
import { eventually, runStandIn, temporaryFolder, type StandInAnswer } from '@system/platform/testing'
import { never, order, quick, runPayment, runProvider } from './run-payment.ts'

const payment = (state: string) => ({ pos: 1, id: 'p1', reference: 'o1', amountCents: 1999, state, at: 1 })
const refusal = (status: number): StandInAnswer => ({
  status,
  body: { error: { code: 'no', message: 'No.' } },
})

/** A provider that captures `k1` as it should, and answers to a refund what the test says. */
async function runReluctant(t: TestContext, onRefund: () => StandInAnswer) {
  const { url, requests } = await runStandIn(t, ({ method, path }) => {
    switch (`${method} ${path}`) {
      case 'POST /payments':
        return { status: 201, body: payment('authorised') }
      case 'POST /payments/p1/capture':
      case 'GET /payments/by-key/k1':
        return { status: 200, body: payment('captured') }
      case 'POST /payments/p1/refund':
        return onRefund()
      case 'GET /payments/by-key/k1%3Arefund':
        return refusal(404)
      default:
        return { status: 200 }
    }
  })
  const refunds = () => requests.filter(({ path }) => path.endsWith('/refund'))
  return { url, requests, refunds }
}

test('what was captured can be given back, once', async (t) => {
  const provider = await runProvider(t)
  const { charge, refund } = await runPayment(t, provider.url)
  const { body } = await charge('k1', order)
  for (let time = 0; time < 2; time++) {
    const given = await refund(body.id)
    assert.deepEqual([given.status, given.body.state], [200, 'refunded'])
  }
  assert.deepEqual(await provider.states(), ['refunded'])
  await provider.behave({ declineShare: 1 })
  const declined = await charge('k2', { ...order, orderId: 'o2' })
  assert.equal((await refund(declined.body.id)).status, 409)
  assert.equal((await refund('nobody')).status, 404)
})

test('after a refund, the key of the charge still gets the answer that it got', async (t) => {
  const provider = await runProvider(t)
  const { charge, refund, settled } = await runPayment(t, provider.url, undefined, never)
  const first = await charge('k1', order)
  await provider.behave({ lostAnswerShare: 1 })
  assert.equal((await refund(first.body.id)).status, 202)
  assert.deepEqual(await charge('k1', order), first, 'while the refund is open')
  await provider.behave({})
  assert.equal((await refund(first.body.id)).status, 200)
  assert.deepEqual(await charge('k1', order), first)
  await settled('refunded')
})

test('a refund whose answer is lost is settled by the reconciliation', async (t) => {
  const provider = await runProvider(t)
  const { charge, refund, settled } = await runPayment(t, provider.url, undefined, quick)
  const { body } = await charge('k1', order)
  await provider.behave({ lostAnswerShare: 1 })
  const given = await refund(body.id)
  assert.deepEqual([given.status, given.body.state], [202, 'refund_requested'])
  await provider.behave({})
  await settled('refunded')
  assert.deepEqual(await provider.states(), ['refunded'])
})

test('a refund that a crash cut off before the provider heard of it is made after the restart', async (t) => {
  const folder = temporaryFolder(t)
  const books = temporaryFolder(t)
  const before = await runProvider(t, { DATA_DIR: books })
  const first = await runPayment(t, before.url, folder, never)
  const { body } = await first.charge('k1', order)
  await before.close()
  assert.equal((await first.refund(body.id)).status, 202)
  await first.close()
  const after = await runProvider(t, { DATA_DIR: books })
  const second = await runPayment(t, after.url, folder, quick)
  await second.settled('refunded')
  assert.deepEqual(await after.states(), ['refunded'])
})

test('that a refund is asked for is on disk before the provider hears of it', async (t) => {
  const folder = temporaryFolder(t)
  const onDisk: unknown[] = []
  const provider = await runReluctant(t, () => {
    using database = new DatabaseSync(`${folder}/payment.db`, { readOnly: true })
    onDisk.push(
      database.prepare('select state from charge_states order by pos desc limit 1').get()?.['state'],
    )
    return { status: 200, body: payment('refunded') }
  })
  const { charge, refund } = await runPayment(t, provider.url, folder)
  assert.equal((await refund((await charge('k1', order)).body.id)).status, 200)
  assert.deepEqual(onDisk, ['refund_requested'])
})

test('a refund is asked for under one key, by whoever asks and however often', async (t) => {
  const provider = await runReluctant(t, () => 'reset')
  const { charge, refund } = await runPayment(t, provider.url, undefined, quick)
  const { body } = await charge('k1', order)
  for (let time = 0; time < 2; time++) assert.equal((await refund(body.id)).status, 202)
  await eventually(() => (provider.refunds().length >= 4 ? true : undefined), 20_000)
  const keys = provider.refunds().map(({ headers }) => headers['idempotency-key'])
  assert.deepEqual(new Set(keys), new Set(['k1:refund']))
  assert.ok(provider.requests.some(({ path }) => path === '/payments/by-key/k1%3Arefund'))
})

test('a refund that the provider refuses is refused for good, and the money counts as kept', async (t) => {
  const provider = await runReluctant(t, () => refusal(409))
  const { charge, refund, settled } = await runPayment(t, provider.url)
  const { body } = await charge('k1', order)
  for (let time = 0; time < 2; time++) assert.equal((await refund(body.id)).status, 409)
  await settled('refund_refused')
  assert.equal(provider.refunds().length, 1)
})

test('what was given back by other means is not refused but refunded', async (t) => {
  const provider = await runProvider(t)
  const { charge, refund } = await runPayment(t, provider.url)
  const { body } = await charge('k1', order)
  const headers = { 'idempotency-key': 'by hand' }
  await fetch(`${provider.url}/payments/${body.providerId}/refund`, { method: 'POST', headers })
  const given = await refund(body.id)
  assert.deepEqual([given.status, given.body.state], [200, 'refunded'])
})

test('a status alone is no refusal of the provider: the refund stays open', async (t) => {
  for (const status of [200, 400, 404, 409, 422]) {
    const provider = await runReluctant(t, () => ({ status }))
    const { charge, refund } = await runPayment(t, provider.url, undefined, never)
    const { body } = await charge('k1', order)
    const given = await refund(body.id)
    assert.deepEqual([given.status, given.body.state], [202, 'refund_requested'], `after ${status}`)
  }
})
