import assert from 'node:assert/strict'
import { test } from 'node:test'
import { eventually, readMetric, runForTest } from '@system/platform/testing'
import { service } from '../src/service.ts'
import { runPaymentStandIn } from './payment-stand-in.ts'

test('its log shows how far it is, and how many orders are still open', async (t) => {
  const payment = await runPaymentStandIn(t)
  const { url, adminUrl } = await runForTest(t, service, { PAYMENT_URL: payment.url })
  const shown = async () => [
    await readMetric(adminUrl, 'outbox_position'),
    await readMetric(adminUrl, 'outbox_pending'),
  ]
  assert.deepEqual(await shown(), [0, 0])
  payment.trouble = { status: 503 }
  const body = JSON.stringify({ sku: 'book', quantity: 1, amountCents: 1999 })
  await fetch(`${url}/orders`, { method: 'POST', headers: { 'content-type': 'application/json' }, body })
  assert.deepEqual(await shown(), [2, 1])
  payment.trouble = undefined
  await eventually(async () => ((await shown())[1] === 0 ? true : undefined))
  assert.deepEqual(await shown(), [3, 0])
})
