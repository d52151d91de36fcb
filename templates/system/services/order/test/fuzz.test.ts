import assert from 'node:assert/strict'
import { test } from 'node:test'
import { runForTest } from '@system/platform/testing'
import { checkReplays, fuzz } from '@system/platform/testing-fuzz'
import { service } from '../src/service.ts'
import { runPaymentStandIn } from './payment-stand-in.ts'

test('whatever is sent to it is answered, as declared, and never with 5xx', async (t) => {
  const payment = await runPaymentStandIn(t)
  const { url } = await runForTest(t, service, { PAYMENT_URL: payment.url })
  const headers = { 'content-type': 'application/json' }
  const body = JSON.stringify({ sku: 'book', quantity: 1, amountCents: 1 })
  const { id } = (await (await fetch(`${url}/orders`, { method: 'POST', headers, body })).json()) as {
    id: string
  }
  const samples = {
    id: [id, 'nobody', 'a'.repeat(100)],
    at: ['0', '2030', '4102444800000', '2026-11-24T12:00:00Z', 'yesterday'],
    // Who waits for news is answered late on purpose.
    waitMs: [0, 20],
  }
  const seen = await fuzz({ url, seed: 42, count: 600, samples })
  await checkReplays({ url, seed: 42, count: 0 })
  for (const one of ['placeOrder 201', 'readOrder 200', 'readOrder 404', 'readHistory 200', 'readFeed 200'])
    assert.ok(seen.has(one), `never ${one}: ${[...seen.keys()].join(', ')}`)
})
