// The disk is full, or read-only. Skipped where namespaces are not to be had.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { deadUrl, eventually } from '@system/platform/testing'
import { assertEndsOnReadOnlyDisk, canMount, runOnSmallDisk } from '@system/platform/testing-tmpfs'

const main = fileURLToPath(new URL('../src/main.ts', import.meta.url))
const book = JSON.stringify({ sku: 'book', quantity: 1, amountCents: 1999 })
const skip = canMount() ? false : 'needs unshare and mount'
const environment = async () => ({ SERVICE_NAME: 'order', PAYMENT_URL: await deadUrl() })

test('a full disk refuses orders, loses none, says so, and ends with the space', { skip }, async (t) => {
  const order = await runOnSmallDisk(t, { main, env: await environment() })
  const place = async (key: string) => {
    const headers = { 'content-type': 'application/json', 'idempotency-key': key }
    const response = await fetch(`${order.url}/orders`, { method: 'POST', headers, body: book })
    const body = (await response.json()) as { id: string; error?: { code: string; message: string } }
    return { status: response.status, body }
  }
  const first = await place('before')
  assert.equal(first.status, 202)

  order.fill()
  const acknowledged = [first.body.id]
  const refused = await eventually(async () => {
    const answer = await place(`during-${acknowledged.length}`)
    if (answer.status !== 202) return answer
    acknowledged.push(answer.body.id)
  }, 30_000)
  assert.equal(refused.status, 503)
  assert.equal(refused.body.error?.code, 'storage-unavailable')
  assert.match(refused.body.error?.message ?? '', /the disk is full|I\/O error/)
  assert.deepEqual(await order.health(), { live: 200, ready: 503 })

  await order.free()
  const last = await place(`during-${acknowledged.length}`)
  assert.equal(last.status, 202)
  acknowledged.push(last.body.id)

  await order.killAndStartAgain()
  for (const id of acknowledged) assert.equal((await fetch(`${order.url}/orders/${id}`)).status, 200, id)
})

test('a read-only data folder ends the start with a clear message', { skip }, async (t) => {
  await assertEndsOnReadOnlyDisk(t, { main, env: await environment(), store: 'events' })
})
