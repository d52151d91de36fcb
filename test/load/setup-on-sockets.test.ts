import { once } from 'node:events'
import { createServer } from 'node:http'
import { createServer as createHttp2Server } from 'node:http2'
import type { AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import { parseScenario } from '../../src/load/scenario.ts'
import { runLoad } from '../../src/runtime/load.ts'

const scenario = parseScenario(
  `apiVersion: msvc/v1
kind: Scenario
name: default
setup:
  - {name: order, method: POST, path: /orders, capture: {id: body.id, tenant: header.X-Tenant}}
requests:
  - {name: read, path: '/orders/{{id}}?of={{tenant}}'}
`,
  'load/default.yaml',
)

test('a target that asks for a moment gets it, and then the load', async () => {
  const asked: string[] = []
  await using server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`)
    if (asked.length === 1) return response.writeHead(503, { 'retry-after': '1' }).end('not yet')
    response.setHeader('x-tenant', 'acme').end('{"id": 7}')
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const startedAt = performance.now()
  const report = await runLoad({
    target: { baseUrl: `http://127.0.0.1:${port}`, scenario },
    ratePerSecond: 20,
    durationMs: 200,
    timeoutMs: 5000,
    seed: 1,
  })
  expect(performance.now() - startedAt).toBeGreaterThan(1000)
  expect(asked.slice(0, 3)).toEqual(['POST /orders', 'POST /orders', 'GET /orders/7?of=acme'])
  expect(report.outcomes).toMatchObject({ ok: 4 })
})

const overHttp2 = (port: number) =>
  runLoad({
    target: { baseUrl: `http://127.0.0.1:${port}`, scenario },
    ratePerSecond: 20,
    durationMs: 200,
    timeoutMs: 5000,
    seed: 1,
    http2: true,
  })

test('the setup of a load over HTTP/2 goes over HTTP/2 too, for its target may speak nothing else', async () => {
  const asked: string[] = []
  await using server = createHttp2Server((request, response) => {
    asked.push(`${request.method} ${request.url}`)
    response.setHeader('x-tenant', 'acme')
    if (asked.length === 1) response.writeHead(503, { 'retry-after': '1' }).end('not yet')
    else response.end('{"id": 7}')
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const report = await overHttp2((server.address() as AddressInfo).port)
  expect(asked.slice(0, 3)).toEqual(['POST /orders', 'POST /orders', 'GET /orders/7?of=acme'])
  expect(report.outcomes).toEqual({ ok: 4 })
})

test('and says why it got no answer there', async () => {
  await using server = createServer((_, response) => response.end()).listen(0, '127.0.0.1')
  await once(server, 'listening')
  await expect(overHttp2((server.address() as AddressInfo).port)).rejects.toThrow(
    /The setup step "order" \(POST \/orders\) failed: there was no answer \(.+\)\./,
  )
})
