import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import type { FastifyReply } from 'fastify'
import { Type } from 'typebox'
import { request } from 'undici'
import { sendError } from '../src/app.ts'
import type { ServiceDefinition } from '../src/service.ts'
import { deadUrl, runForTest, runStandIn } from '../src/testing.ts'
import { attributesOf, spansIn } from './exported-spans.ts'

const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'

const relay: ServiceDefinition<Record<never, never>, 'payment'> = {
  callees: { payment: { attemptTimeoutMs: 1000 } },
  build({ app, callee }) {
    const payment = callee('payment')
    app.get('/ask/:id', async () => payment.call({ method: 'GET', path: '/charges' }))
  },
}

async function runCollector(t: TestContext) {
  const { url, requests } = await runStandIn(t, () => ({ status: 200, body: {} }))
  const env = { OTEL_EXPORTER_OTLP_ENDPOINT: url }
  Object.assign(process.env, env) // the exporter asks the process itself
  t.after(() => {
    delete process.env['OTEL_EXPORTER_OTLP_ENDPOINT']
  })
  return { env, spans: () => spansIn(requests) }
}

test('each hop makes a server span and a client span in the trace of its caller', async (t) => {
  const collector = await runCollector(t)
  const payment = await runStandIn(t, () => ({ status: 200 }))
  const env = { PAYMENT_URL: payment.url, ...collector.env }
  const { url, close } = await runForTest(t, relay, env)
  await (await request(`${url}/ask/7`, { headers: { traceparent } })).body.dump()
  await close()

  const spans = collector.spans()
  const server = spans.find(({ kind }) => kind === 2)
  const client = spans.find(({ kind }) => kind === 3)
  assert.deepEqual([server?.name, client?.name], ['GET /ask/:id', 'GET payment'])
  assert.equal(server?.traceId, '4bf92f3577b34da6a3ce929d0e0e4736')
  assert.equal(server?.parentSpanId, '00f067aa0ba902b7')
  assert.equal(client?.parentSpanId, server?.spanId)
  const passedOn = `00-${client?.traceId}-${client?.spanId}-01`
  assert.equal(payment.requests[0]?.headers['traceparent'], passedOn)
})

test('client spans tell the breaker, its state and what the attempt was for it; a refusal tells why', async (t) => {
  const collector = await runCollector(t)
  const env = {
    SERVICE_NAME: 'order',
    PAYMENT_URL: await deadUrl(),
    ...collector.env,
    PAYMENT_POLICY: '{"retry":{"retries":0},"breaker":{"rateRule":{"minCalls":1}}}',
  }
  const { url, close } = await runForTest(t, relay, env)
  for (let count = 0; count < 2; count += 1) {
    await (await request(`${url}/ask/7`, { headers: { traceparent } })).body.dump()
  }
  await close()
  const clients = collector
    .spans()
    .filter(({ kind }) => kind === 3)
    .map(({ attributes }) =>
      Object.fromEntries(
        attributes
          .filter(({ key }) => /^circuit_breaker|^error/.test(key))
          .map(({ key, value }) => [key, value.stringValue]),
      ),
    )
  assert.deepEqual(clients, [
    {
      'circuit_breaker.name': 'order:payment',
      'circuit_breaker.state': 'closed',
      'circuit_breaker.outcome': 'failure',
      'error.type': 'network',
    },
    {
      'circuit_breaker.name': 'order:payment',
      'circuit_breaker.state': 'open',
      'circuit_breaker.outcome': 'rejected',
      'error.type': 'circuit_open',
    },
  ])
})

test('spans name what they stand for as the HTTP conventions do', async (t) => {
  const collector = await runCollector(t)
  const payment = await runStandIn(t, () => ({ status: 404 }))
  const env = { PAYMENT_URL: payment.url, ...collector.env }
  const { url, close } = await runForTest(t, relay, env)
  await (await request(`${url}/ask/7?secret=1`, { headers: { traceparent } })).body.dump()
  await close()
  const spans = collector.spans()
  const { port } = new URL(url)
  const server = attributesOf(spans.find(({ kind }) => kind === 2))
  assert.deepEqual(server, {
    'http.request.method': 'GET',
    'http.response.status_code': 200,
    'http.route': '/ask/:id',
    'url.path': '/ask/7',
    'url.scheme': 'http',
    'network.protocol.version': '1.1',
    'client.address': '127.0.0.1',
    'server.address': '127.0.0.1',
    'server.port': Number(port),
  })
  const client = attributesOf(spans.find(({ kind }) => kind === 3))
  assert.deepEqual(client, {
    'http.request.method': 'GET',
    'http.response.status_code': 404,
    'error.type': '404',
    'url.full': `${payment.url}/charges`,
    'server.address': '127.0.0.1',
    'server.port': Number(new URL(payment.url).port),
    'peer.service': 'payment',
    'circuit_breaker.name': 'tested:payment',
    'circuit_breaker.state': 'closed',
    'circuit_breaker.outcome': 'success',
  })
})

test('who is turned away has a server span too, in the trace of the caller; a probe has none', async (t) => {
  const collector = await runCollector(t)
  const strict: ServiceDefinition<Record<never, never>, never> = {
    build({ app }) {
      app.post('/count/:n', { schema: { params: Type.Object({ n: Type.Integer() }) } }, () => 'ok')
      const onRequest = async (_request: unknown, reply: FastifyReply) => sendError(reply, 401, 'who', 'Who?')
      app.get('/closed', { onRequest }, () => 'ok')
      app.get('/broken', () => {
        throw new Error('broken')
      })
    },
  }
  const { url, close } = await runForTest(t, strict, collector.env)
  const json = { 'content-type': 'application/json' }
  const table = [
    { path: '/count/x', options: { method: 'POST' }, name: 'POST /count/:n', status: 400, code: 0 },
    {
      path: '/count/1',
      options: { method: 'POST', headers: json, body: '{' },
      name: 'POST /count/:n',
      status: 400,
      code: 0,
    },
    { path: '/closed', options: {}, name: 'GET /closed', status: 401, code: 0 },
    { path: '/nowhere', options: {}, name: 'GET', status: 404, code: 0 },
    { path: '/broken', options: {}, name: 'GET /broken', status: 500, code: 2 },
    { path: '/readyz', options: {}, name: undefined, status: 200, code: 0 },
  ] as const
  for (const { path, options, status } of table) {
    const headers = { ...('headers' in options ? options.headers : {}), traceparent }
    const response = await request(url + path, { ...options, headers })
    await response.body.dump()
    assert.equal(response.statusCode, status, path)
  }
  await close()
  assert.deepEqual(
    collector.spans().map((span) => ({
      name: span.name,
      status: attributesOf(span)['http.response.status_code'],
      code: span.status.code ?? 0,
      isInTrace: span.traceId === traceparent.split('-')[1],
    })),
    table
      .filter(({ name }) => name !== undefined)
      .map(({ name, status, code }) => ({ name, status, code, isInTrace: true })),
  )
})

test('a span begins and ends when its request did, and stands within the one above', async (t) => {
  const collector = await runCollector(t)
  const payment = await runStandIn(t, () => ({ status: 200 }))
  const env = { PAYMENT_URL: payment.url, ...collector.env }
  const { url, close } = await runForTest(t, relay, env)
  const before = BigInt(Date.now() - 1) * 1_000_000n
  await (await request(`${url}/ask/7`)).body.dump()
  const after = BigInt(Date.now() + 1) * 1_000_000n
  await close()
  const spans = collector.spans()
  const [client, server] = [3, 2].map((kind) => spans.find((span) => span.kind === kind))
  const times = [
    before,
    server?.startTimeUnixNano,
    client?.startTimeUnixNano,
    client?.endTimeUnixNano,
    server?.endTimeUnixNano,
    after,
  ].map((time) => BigInt(time ?? 0))
  assert.deepEqual(
    times,
    times.toSorted((one, other) => Number(one - other)),
  )
})
