import assert from 'node:assert/strict'
import { test } from 'node:test'
import { runForTest } from '@system/platform/testing'
import { checkReplays, fuzz } from '@system/platform/testing-fuzz'
import { service as provider } from '../../provider/src/service.ts'
import { service } from '../src/service.ts'

test('whatever is sent to it is answered, as declared, and never with 5xx', async (t) => {
  const { url: providerUrl } = await runForTest(t, provider)
  const { url } = await runForTest(t, service, { PROVIDER_URL: providerUrl })
  const headers = { 'content-type': 'application/json', 'idempotency-key': 'k' }
  const body = JSON.stringify({ orderId: 'o1', amountCents: 1 })
  const { id } = (await (await fetch(`${url}/charges`, { method: 'POST', headers, body })).json()) as {
    id: string
  }
  const samples = { id: [id, 'nobody', 'a'.repeat(100)] }
  const seen = await fuzz({ url, seed: 42, count: 600, samples })
  await checkReplays({ url, seed: 42, count: 0 })
  for (const one of ['charge 422', 'refund 404', 'readCharge 200', 'listCharges 200'])
    assert.ok(seen.has(one), `never ${one}: ${[...seen.keys()].join(', ')}`)
})
