import assert from 'node:assert/strict'
import { test } from 'node:test'
import { request } from 'undici'
import type { ServiceDefinition } from '../src/service.ts'
import { deadUrl, runForTest, runStandIn } from '../src/testing.ts'

interface ExportedSpan {
  name: string
  kind: number
  traceId: string
  spanId: string
  parentSpanId?: string
  attributes: { key: string; value: { stringValue?: string } }[]
}

interface ExportBody {
  resourceSpans: { scopeSpans: { spans: ExportedSpan[] }[] }[]
}

const relay: ServiceDefinition<Record<never, never>, 'payment'> = {
  callees: { payment: { attemptTimeoutMs: 1000 } },
  build({ app, callee }) {
    const payment = callee('payment')
    app.get('/ask/:id', async () => payment.call({ method: 'GET', path: '/charges' }))
  },
}

test('each hop makes a server span and a client span in the trace of its caller', async (t) => {
  const collector = await runStandIn(t, () => ({ status: 200, body: {} }))
  const payment = await runStandIn(t, () => ({ status: 200 }))
  process.env['OTEL_EXPORTER_OTLP_ENDPOINT'] = collector.url
  t.after(() => {
    delete process.env['OTEL_EXPORTER_OTLP_ENDPOINT']
  })
  const env = { PAYMENT_URL: payment.url, OTEL_EXPORTER_OTLP_ENDPOINT: collector.url }
  const { url, close } = await runForTest(t, relay, env)
  const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'
  await (await request(`${url}/ask/7`, { headers: { traceparent } })).body.dump()
  await close()

  const spans = spansIn(collector.requests)
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
  const collector = await runStandIn(t, () => ({ status: 200, body: {} }))
  process.env['OTEL_EXPORTER_OTLP_ENDPOINT'] = collector.url
  t.after(() => {
    delete process.env['OTEL_EXPORTER_OTLP_ENDPOINT']
  })
  const env = {
    SERVICE_NAME: 'order',
    PAYMENT_URL: await deadUrl(),
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
    PAYMENT_POLICY: '{"retry":{"retries":0},"breaker":{"rateRule":{"minCalls":1}}}',
  }
  const { url, close } = await runForTest(t, relay, env)
  const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'
  for (let count = 0; count < 2; count += 1) {
    await (await request(`${url}/ask/7`, { headers: { traceparent } })).body.dump()
  }
  await close()
  const clients = spansIn(collector.requests)
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

const spansIn = (exports: { body: string }[]): ExportedSpan[] =>
  exports
    .map(({ body }) => JSON.parse(body) as ExportBody)
    .flatMap(({ resourceSpans }) => resourceSpans.flatMap(({ scopeSpans }) => scopeSpans))
    .flatMap(({ spans }) => spans)
