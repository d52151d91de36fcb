import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect } from 'node:net'
import { describe, test, type TestContext } from 'node:test'
import { request } from 'undici'
import type { BreakerSnapshot } from '../src/breaker.ts'
import { runService, type ServiceDefinition } from '../src/service.ts'
import { deadUrl, eventually, runForTest } from '../src/testing.ts'

const caller: ServiceDefinition<Record<never, never>, 'payment'> = {
  callees: { payment: { attemptTimeoutMs: 200, retry: { retries: 0 } } },
  build({ app, callee }) {
    const payment = callee('payment')
    app.get('/ask', async () => payment.call({ method: 'GET', path: '/' }))
  },
}

const runCaller = async (t: TestContext) =>
  runForTest(t, caller, { SERVICE_NAME: 'order', PAYMENT_URL: await deadUrl() })

const breakerOf = async (adminUrl: string): Promise<BreakerSnapshot> => {
  const { body } = await request(`${adminUrl}/breakers`)
  const { breakers } = (await body.json()) as { breakers: BreakerSnapshot[] }
  assert.ok(breakers[0] !== undefined)
  return breakers[0]
}

async function ask(url: string, times: number): Promise<void> {
  for (let count = 0; count < times; count += 1) await (await request(`${url}/ask`)).body.dump()
}

describe('who may talk to the admin server', () => {
  const json = { 'content-type': 'application/json' }
  const table = [
    { what: 'a program on this machine', method: 'GET', headers: {}, status: 200 },
    { what: 'a web page', method: 'GET', headers: { origin: 'http://127.0.0.1:4000' }, status: 403 },
    { what: 'a browser', method: 'GET', headers: { 'user-agent': 'Mozilla/5.0 (X11)' }, status: 403 },
    { what: 'a rebound name', method: 'GET', headers: { host: 'evil.example:4000' }, status: 421 },
    { what: 'a form', method: 'POST', headers: { 'content-type': 'text/plain' }, status: 415 },
    { what: 'a program that sends JSON', method: 'POST', headers: json, status: 200 },
    { what: 'a web page that sends JSON', method: 'POST', headers: { ...json, origin: 'null' }, status: 403 },
  ] as const
  for (const { what, method, headers, status } of table) {
    test(`${what}: ${status}`, async (t) => {
      const { adminUrl } = await runCaller(t)
      const path = method === 'GET' ? '/breakers' : '/breakers/order:payment'
      const body = method === 'GET' ? null : '{"state":"auto"}'
      const response = await request(adminUrl + path, { method, headers, body })
      await response.body.dump()
      assert.equal(response.statusCode, status)
    })
  }
})

test('a breaker is forced open for a time, and released', async (t) => {
  const { adminUrl } = await runCaller(t)
  const set = async (order: object) => {
    const { statusCode, body } = await request(`${adminUrl}/breakers/order%3Apayment`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(order),
    })
    await body.dump()
    return statusCode
  }
  assert.equal(await set({ state: 'forced_open', ttlMs: 5000 }), 200)
  assert.equal((await breakerOf(adminUrl)).state, 'forced_open')
  assert.equal(await set({ state: 'auto' }), 200)
  assert.equal((await breakerOf(adminUrl)).state, 'closed')
  assert.equal(await set({ state: 'ajar' }), 400)
  assert.equal(await set({ state: 'disabled', ttlMs: 1e9 }), 400)
})

test('an unknown breaker is answered 404 with those that there are; nonsense never ends the service', async (t) => {
  const { adminUrl } = await runCaller(t)
  const post = async (path: string, body: string) => {
    const headers = { 'content-type': 'application/json' }
    const response = await request(adminUrl + path, { method: 'POST', headers, body })
    return { status: response.statusCode, text: await response.body.text() }
  }
  for (const name of ['nobody', 'order%3Anobody', '%E0%A4%A', '%zz', '%']) {
    const { status, text } = await post(`/breakers/${name}`, '{"state":"auto"}')
    assert.equal(status, 404, name)
    assert.match(text, /there are: order:payment/)
  }
  const bodies = [
    '',
    '{',
    '[]',
    'null',
    '{}',
    '{"state":"open"}',
    '{"state":"disabled","ttlMs":0}',
    '{"state":"disabled","ttlMs":"1"}',
    'x'.repeat(5000),
  ]
  for (const body of bodies) assert.equal((await post('/breakers/order:payment', body)).status, 400, body)
})

test('a client that leaves in the middle of its body does not end the service', async (t) => {
  const { adminUrl } = await runCaller(t)
  const { hostname, port } = new URL(adminUrl)
  const socket = connect(Number(port), hostname)
  const head =
    'POST /breakers/order:payment HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n'
  socket.write(`${head}content-length: 100\r\nexpect: 100-continue\r\n\r\n`)
  // Asked for the rest: so the service has begun to read.
  await once(socket, 'data')
  socket.write('{"state":')
  socket.resetAndDestroy()
  await once(socket, 'close')
  // The test runner fails a test during which a rejection went unhandled.
  assert.equal((await breakerOf(adminUrl)).state, 'closed')
})

test('an open breaker leaves the service ready, and is told as degraded', async (t) => {
  const { url, adminUrl } = await runCaller(t)
  await ask(url, 40)
  assert.equal((await breakerOf(adminUrl)).state, 'open')
  const admin = await request(`${adminUrl}/readyz`)
  assert.equal(admin.statusCode, 200)
  assert.deepEqual(await admin.body.json(), { status: 'ok', phase: 'ready', degraded: ['order:payment'] })
  assert.equal((await request(`${url}/readyz`)).statusCode, 200)
})

test('transitions are streamed, from the beginning or from the last one seen', async (t) => {
  const { url, adminUrl } = await runCaller(t)
  const read = async (lastEventId?: string) => {
    const headers = lastEventId === undefined ? {} : { 'last-event-id': lastEventId }
    const { body } = await request(`${adminUrl}/breakers/events`, { headers })
    let text = ''
    body.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
    body.on('error', () => {})
    t.after(() => void body.destroy())
    return () =>
      [...text.matchAll(/^id: (\S+)\ndata: (.*)\n$/gm)].map(([, id, data]) => [id, JSON.parse(data ?? '')])
  }
  const live = await read()
  await ask(url, 40)
  const [id, data] = (await eventually(() => live()[0])) as [string, Record<string, unknown>]
  assert.match(id, /^\d+-1$/)
  assert.deepEqual(Object.keys(data).toSorted(), ['at', 'from', 'name', 'reason', 'to'])
  assert.deepEqual([data['name'], data['from'], data['to']], ['order:payment', 'closed', 'open'])
  const late = await read()
  await eventually(() => late()[0])
  // The same number, but of a process before, and nonsense: both have missed all that there is.
  for (const foreign of ['1-1', '1', 'x', `${id}x`]) {
    const events = await read(foreign)
    assert.equal((await eventually(() => events()[0]))[0], id, foreign)
  }
  const caughtUp = await read(id)
  const order = { method: 'POST', headers: { 'content-type': 'application/json' } } as const
  await (
    await request(`${adminUrl}/breakers/order:payment`, { ...order, body: '{"state":"disabled"}' })
  ).body.dump()
  const news = await eventually(() => (caughtUp().length > 0 ? caughtUp() : undefined))
  assert.deepEqual(
    news.map(([, { to }]) => to),
    ['disabled'],
  )
})

test('metrics tell requests by status, breakers by state, and the process', async (t) => {
  const { url, adminUrl } = await runCaller(t)
  await ask(url, 3)
  const order = { method: 'POST', headers: { 'content-type': 'application/json' } } as const
  const body = '{"state":"forced_open","ttlMs":1}'
  await (await request(`${adminUrl}/breakers/order:payment`, { ...order, body })).body.dump()
  await eventually(async () => ((await breakerOf(adminUrl)).state === 'closed' ? true : undefined))
  const text = await (await request(`${adminUrl}/metrics`)).body.text()
  for (const line of [
    'http_server_requests_total{status="200"} 3',
    'circuit_breaker_state{name="order:payment",state="closed"} 1',
    'circuit_breaker_transitions_total{name="order:payment",from="closed",to="forced_open"} 1',
    'circuit_breaker_transitions_total{name="order:payment",from="forced_open",to="closed"} 1',
    'circuit_breaker_calls_total{name="order:payment",outcome="failure"} 3',
    'resilience_retry_attempts_total{name="order:payment"} 0',
    'resilience_bulkhead_in_flight{name="order:payment"} 0',
    'resilience_bulkhead_limit{name="order:payment"} 64',
    'resilience_bulkhead_rejected_total{name="order:payment"} 0',
    '# TYPE circuit_breaker_state gauge',
    '# TYPE circuit_breaker_calls_total counter',
  ]) {
    assert.ok(text.includes(line), `${line} should be in\n${text}`)
  }
  assert.match(text, /^process_resident_memory_bytes \d+$/m)
})

test('a service that cannot get its port says so and leaves nothing behind', async (t) => {
  const first = await runCaller(t)
  const { port } = new URL(first.url)
  const env = {
    SERVICE_NAME: 'order',
    PORT: port,
    LOG_LEVEL: 'silent',
    PAYMENT_URL: first.url,
    DATA_DIR: '/tmp',
  }
  await assert.rejects(runService(caller, env), /EADDRINUSE/)
})
