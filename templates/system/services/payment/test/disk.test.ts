// The disk is full, or read-only. Skipped where namespaces are not to be had.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { deadUrl, eventually, runForTest } from '@system/platform/testing'
import { assertEndsOnReadOnlyDisk, canMount, runOnSmallDisk } from '@system/platform/testing-tmpfs'
import { service as provider } from '../../provider/src/service.ts'

const main = fileURLToPath(new URL('../src/main.ts', import.meta.url))
const skip = canMount() ? false : 'needs unshare and mount'

interface Charge {
  orderId: string
  state: string
}

test(
  'a full disk refuses charges, loses none, says so, and ends with the space; nobody is charged twice',
  { skip },
  async (t) => {
    const { url: providerUrl } = await runForTest(t, provider)
    const env = {
      SERVICE_NAME: 'payment',
      PROVIDER_URL: providerUrl,
      // A busy machine is no lost answer.
      PROVIDER_POLICY: '{"attemptTimeoutMs":2500}',
      RECONCILE_MS: '50',
      UNSETTLED_MS: '50',
    }
    const payment = await runOnSmallDisk(t, { main, env })
    const charge = async (orderId: string) => {
      const headers = { 'content-type': 'application/json', 'idempotency-key': `key-${orderId}` }
      const body = JSON.stringify({ orderId, amountCents: 100 })
      const response = await fetch(`${payment.url}/charges`, { method: 'POST', headers, body })
      const answer = (await response.json()) as { error?: { code: string; message: string } }
      return { status: response.status, error: answer.error }
    }
    const charges = async () =>
      ((await (await fetch(`${payment.url}/charges?limit=1000`)).json()) as { charges: Charge[] }).charges
    assert.equal((await charge('o0')).status, 201)

    payment.fill()
    const acknowledged = ['o0']
    const refused = await eventually(async () => {
      const orderId = `o${acknowledged.length}`
      const answer = await charge(orderId)
      if (answer.status === 503) return { orderId, ...answer }
      assert.ok(answer.status === 201 || answer.status === 202, String(answer.status))
      acknowledged.push(orderId)
    }, 60_000)
    assert.equal(refused.error?.code, 'storage-unavailable')
    assert.match(refused.error?.message ?? '', /the disk is full|I\/O error/)
    assert.deepEqual(await payment.health(), { live: 200, ready: 503 })
    assert.ok((await charges()).length >= acknowledged.length, 'reading goes on')

    await payment.free()
    assert.equal((await charge(refused.orderId)).status, 201)
    acknowledged.push(refused.orderId)

    await payment.killAndStartAgain()
    await eventually(async () => {
      const captured = (await charges()).filter(({ state }) => state === 'captured')
      return captured.length === acknowledged.length ? true : undefined
    }, 30_000)
    assert.deepEqual(
      (await charges()).map(({ orderId }) => orderId),
      acknowledged,
    )
    const books = (await (await fetch(`${providerUrl}/payments?limit=1000`)).json()) as {
      payments: { reference: string; state: string }[]
    }
    assert.deepEqual(
      books.payments.map(({ reference, state }) => [reference, state]),
      acknowledged.map((orderId) => [orderId, 'captured']),
    )
  },
)

test('a read-only data folder ends the start with a clear message', { skip }, async (t) => {
  const env = { SERVICE_NAME: 'payment', PROVIDER_URL: await deadUrl() }
  await assertEndsOnReadOnlyDisk(t, { main, env, store: 'payment' })
})
