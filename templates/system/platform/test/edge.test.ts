import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { request } from 'undici'
import type { ServiceDefinition } from '../src/service.ts'
import { runForTest, runStandIn } from '../src/testing.ts'

const strange = {
  traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
  'x-deadline-ms': '55555',
  'x-retry-attempt': '9',
}

/** The headers that a callee sees when the service is asked with the strange ones. */
async function headersPassedOn(t: TestContext, isEdge: boolean) {
  const { url: calleeUrl, requests } = await runStandIn(t, () => ({ status: 200 }))
  const definition: ServiceDefinition<Record<never, never>, 'order'> = {
    isEdge,
    deadlineMs: 2000,
    callees: { order: { attemptTimeoutMs: 30_000 } },
    build({ app, callee }) {
      const order = callee('order')
      app.get('/ask', async () => order.call({ method: 'GET', path: '/' }))
    },
  }
  const { url } = await runForTest(t, definition, { ORDER_URL: calleeUrl })
  await (await request(`${url}/ask`, { headers: strange })).body.dump()
  return requests[0]?.headers ?? {}
}

test('the edge believes no stranger about traces, deadlines and retries', async (t) => {
  const headers = await headersPassedOn(t, true)
  assert.doesNotMatch(String(headers['traceparent']), /4bf92f35/)
  assert.match(String(headers['traceparent']), /-00$/)
  assert.ok(Number(headers['x-deadline-ms']) <= 1990)
  assert.equal(headers['x-retry-attempt'], '0')
})

test('a service inside believes its caller', async (t) => {
  const headers = await headersPassedOn(t, false)
  assert.match(String(headers['traceparent']), /^00-4bf92f3577b34da6a3ce929d0e0e4736-/)
  assert.ok(Number(headers['x-deadline-ms']) > 20_000)
  assert.equal(headers['x-retry-attempt'], '9')
})
