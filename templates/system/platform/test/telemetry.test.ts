import assert from 'node:assert/strict'
import { test } from 'node:test'
import { request } from 'undici'
import type { ServiceDefinition } from '../src/service.ts'
import { runForTest, runStandIn } from '../src/testing.ts'

interface ExportedSpan {
  name: string
  kind: number
  traceId: string
  spanId: string
  parentSpanId?: string
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

  const spans = collector.requests
    .map(({ body }) => JSON.parse(body) as ExportBody)
    .flatMap(({ resourceSpans }) => resourceSpans.flatMap(({ scopeSpans }) => scopeSpans))
    .flatMap(({ spans: exported }) => exported)
  const server = spans.find(({ kind }) => kind === 2)
  const client = spans.find(({ kind }) => kind === 3)
  assert.deepEqual([server?.name, client?.name], ['GET /ask/:id', 'GET payment'])
  assert.equal(server?.traceId, '4bf92f3577b34da6a3ce929d0e0e4736')
  assert.equal(server?.parentSpanId, '00f067aa0ba902b7')
  assert.equal(client?.parentSpanId, server?.spanId)
  const passedOn = `00-${client?.traceId}-${client?.spanId}-01`
  assert.equal(payment.requests[0]?.headers['traceparent'], passedOn)
})
