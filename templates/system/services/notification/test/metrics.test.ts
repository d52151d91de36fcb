import { test } from 'node:test'
import { eventually, readMetric, runForTest, runStandIn } from '@system/platform/testing'
import { service } from '../src/service.ts'

test('it shows up to where it follows, what waits to be sent, and what is dead', async (t) => {
  const about = { orderId: 'o1', version: 2, data: {}, at: 1, hash: '' }
  const cancelled = { pos: 7, id: 'e7', type: 'order.cancelled', ...about }
  const order = await runStandIn(t, ({ path }) => {
    const isNew = new URL(path, 'http://order').searchParams.get('after') === '0'
    return { status: 200, body: { events: isNew ? [cancelled] : [], next: 7 } }
  })
  const sms = await runStandIn(t, () => ({ status: 400 }))
  const env = { ORDER_URL: order.url, POLL_MS: '10', SMS_URL: sms.url }
  const { adminUrl } = await runForTest(t, service, env)
  const names = ['outbox_checkpoint_position', 'outbox_pending', 'outbox_dead_letters']
  const shown = () => Promise.all(names.map((name) => readMetric(adminUrl, name)))
  await eventually(async () => ((await shown()).join() === '7,0,1' ? true : undefined))
})
