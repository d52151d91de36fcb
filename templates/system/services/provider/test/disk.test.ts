// The disk is full, or read-only. Skipped where namespaces are not to be had.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { eventually } from '@system/platform/testing'
import { assertEndsOnReadOnlyDisk, canMount, runOnSmallDisk } from '@system/platform/testing-tmpfs'

const main = fileURLToPath(new URL('../src/main.ts', import.meta.url))
const skip = canMount() ? false : 'needs unshare and mount'
const env = { SERVICE_NAME: 'provider' }

interface Payment {
  id: string
  reference: string
  state: string
}

test(
  'a full disk moves no money that is not in the books, says so, and ends with the space',
  { skip },
  async (t) => {
    const provider = await runOnSmallDisk(t, { main, env })
    const post = async (path: string, key: string, body: object = {}) => {
      const headers = { 'content-type': 'application/json', 'idempotency-key': key }
      const response = await fetch(`${provider.url}${path}`, {
        method: 'POST',
        headers,
        body: JSON.stringify(body),
      })
      const answer = (await response.json()) as Payment & { error?: { code: string; message: string } }
      return { status: response.status, body: answer }
    }
    const authorise = (reference: string) => post('/payments', reference, { reference, amountCents: 100 })
    const books = async () =>
      ((await (await fetch(`${provider.url}/payments?limit=1000`)).json()) as { payments: Payment[] })
        .payments
    const first = await authorise('o0')
    assert.equal(first.status, 201)

    provider.fill()
    const answered = ['o0']
    const refused = await eventually(async () => {
      const answer = await authorise(`o${answered.length}`)
      if (answer.status !== 201) return answer
      answered.push(answer.body.reference)
    }, 60_000)
    assert.equal(refused.status, 503)
    assert.equal(refused.body.error?.code, 'storage-unavailable')
    assert.match(refused.body.error?.message ?? '', /the disk is full|I\/O error/)
    assert.equal((await post(`/payments/${first.body.id}/capture`, 'o0:capture')).status, 503)
    assert.deepEqual(await provider.health(), { live: 200, ready: 503 })

    await provider.free()
    await provider.killAndStartAgain()
    assert.deepEqual(
      (await books()).map(({ reference, state }) => [reference, state]),
      answered.map((reference) => [reference, 'authorised']),
    )
    assert.equal((await post(`/payments/${first.body.id}/capture`, 'o0:capture')).body.state, 'captured')
  },
)

test('a read-only data folder ends the start with a clear message', { skip }, async (t) => {
  await assertEndsOnReadOnlyDisk(t, { main, env, store: 'ledger' })
})
