import assert from 'node:assert/strict'
import { test } from 'node:test'
import { deadUrl, readMetric, runForTest } from '@system/platform/testing'
import { service } from '../src/service.ts'

test('it shows how many charges are not settled with the provider', async (t) => {
  const { url, adminUrl } = await runForTest(t, service, { PROVIDER_URL: await deadUrl() })
  assert.equal(await readMetric(adminUrl, 'outbox_pending'), 0)
  const headers = { 'content-type': 'application/json', 'idempotency-key': 'k1' }
  const body = JSON.stringify({ orderId: 'o1', amountCents: 1999 })
  await fetch(`${url}/charges`, { method: 'POST', headers, body })
  assert.equal(await readMetric(adminUrl, 'outbox_pending'), 1)
})
