import assert from 'node:assert/strict'
import { test } from 'node:test'
import { eventually, runForTest, runStandIn } from '@system/platform/testing'
import { fuzz } from '@system/platform/testing-fuzz'
import { service } from '../src/service.ts'

test('whatever is sent to it is answered, as declared, and never with 5xx', async (t) => {
  const event = {
    pos: 1,
    id: 'e1',
    orderId: 'o1',
    version: 2,
    type: 'order.cancelled',
    data: {},
    at: 1,
    hash: '',
  }
  const order = await runStandIn(t, ({ path }) => {
    const isNew = new URL(path, 'http://order').searchParams.get('after') === '0'
    return { status: 200, body: { events: isNew ? [event] : [], next: 1 } }
  })
  const sms = await runStandIn(t, () => ({ status: 400 }))
  const { url } = await runForTest(t, service, { ORDER_URL: order.url, SMS_URL: sms.url })
  // One that was sent and a dead one, so that the lists have something to show.
  await eventually(async () => {
    const { deadLetters } = (await (await fetch(`${url}/dead-letters`)).json()) as { deadLetters: unknown[] }
    return deadLetters.length === 1 ? true : undefined
  })
  const seen = await fuzz({ url, seed: 42, count: 400 })
  for (const one of ['listNews 200', 'listNotifications 200', 'listDeadLetters 200', 'replay 200'])
    assert.ok(seen.has(one), `never ${one}: ${[...seen.keys()].join(', ')}`)
})
