import assert from 'node:assert/strict'
import { test } from 'node:test'
import { runForTest } from '@system/platform/testing'
import { checkReplays, fuzz } from '@system/platform/testing-fuzz'
import { service } from '../src/service.ts'

test('whatever is sent to it is answered, as declared, and never with 5xx', async (t) => {
  const { url } = await runForTest(t, service)
  // How it behaves is asked last: an answer that is late or lost on purpose would be taken for a fault.
  const isMood = ({ id }: { id: string }): boolean => id === 'behave'
  const headers = { 'content-type': 'application/json', 'idempotency-key': 'k' }
  const body = JSON.stringify({ reference: 'o1', amountCents: 1 })
  const { id } = (await (await fetch(`${url}/payments`, { method: 'POST', headers, body })).json()) as {
    id: string
  }
  const samples = {
    id: [id, 'nobody'],
    key: ['k', 'nobody', 'a'.repeat(250), "Größe '%2f/?#"],
    // Many, or most of them are used for something else already.
    'idempotency-key': Array.from({ length: 200 }, (_, index) => `k${index}`.padEnd(index + 50, 'x')),
  }
  const seen = await fuzz({ url, seed: 42, count: 600, samples, isAsked: (one) => !isMood(one) })
  await checkReplays({ url, seed: 42, count: 0 })
  const ofMood = await fuzz({ url, seed: 42, count: 60, isAsked: isMood })
  const answered = [...seen.keys(), ...ofMood.keys()]
  for (const one of [
    'authorise 201',
    'capture 404',
    'void 409',
    'findByKey 200',
    'listPayments 200',
    'behave 200',
  ])
    assert.ok(answered.includes(one), `never ${one}: ${answered.join(', ')}`)
})
