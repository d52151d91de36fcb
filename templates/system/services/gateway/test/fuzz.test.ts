import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect } from 'node:net'
import { test } from 'node:test'
import { runForTest, runStandIn } from '@system/platform/testing'
import { service } from '../src/service.ts'

interface Operation {
  requestBody?: object
}

/** The same stream of numbers for the same seed (mulberry32). */
function chance(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

const strange = [
  '',
  ' ',
  '%00',
  '%zz',
  '..%2f..',
  'a'.repeat(300),
  "';--",
  '%F0%9F%92%A9',
  '-1',
  'null',
  '?',
  '%2e%2e',
]
const values = [
  '1e999',
  '-1',
  '0',
  '1.5',
  '"1"',
  'null',
  'true',
  '[]',
  '{}',
  '"\\u0000"',
  '99999999999999999999',
  '{"__proto__":{"x":1}}',
]
const bodies = [
  '',
  '{',
  'null',
  '[]',
  '"x"',
  '{"__proto__":{}}',
  '['.repeat(5000),
  '{"a":'.repeat(5000),
  '\u0000',
]
const types = [
  'application/json',
  'application/json; charset=utf-16',
  'text/plain',
  'multipart/form-data',
  '',
  'x',
]

/** As text, because a client library would refuse to send most of it. Gives the status. */
async function send(url: URL, text: string): Promise<number> {
  const socket = connect(Number(url.port), url.hostname)
  socket.on('error', () => {}) // a refusal may come before all was sent
  socket.write(text)
  let answer = ''
  socket.setEncoding('latin1').on('data', (chunk: string) => (answer += chunk))
  await once(socket, 'close', { signal: AbortSignal.timeout(30_000) })
  return Number(/^HTTP\/1\.1 (\d{3}) /.exec(answer)?.[1] ?? Number.NaN)
}

test('nothing that is sent to any route is answered 5xx, or not at all', async (t) => {
  const order = await runStandIn(t, () => ({ status: 200, body: { id: 'o1' } }))
  const { url: base } = await runForTest(t, service, { ORDER_URL: order.url, DEV_TOKENS: '1' })
  const url = new URL(base)
  const { paths } = (await (await fetch(`${base}/openapi.json`)).json()) as {
    paths: Record<string, Record<string, Operation>>
  }
  const { token } = (await (await fetch(`${base}/token`, { method: 'POST' })).json()) as { token: string }
  const random = chance(42)
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T
  const routes = Object.entries(paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(([method, operation]) => ({
      path,
      method: method.toUpperCase(),
      operation,
    })),
  )
  assert.equal(routes.length, 4)

  const shoot = async (): Promise<{ text: string; status: number }> => {
    const { path, method, operation } = pick(routes)
    const target = path.replaceAll(/\{\w+\}/g, () => pick(strange)).replaceAll(' ', '+')
    const order = `{"sku":${pick(values)},"quantity":${pick(values)},"amountCents":${pick(values)}}`
    const body = operation.requestBody === undefined ? '' : pick([...bodies, order, order, order])
    const headers = [
      'host: gateway',
      'connection: close',
      `authorization: ${pick([`Bearer ${token}`, `Bearer ${token}`, 'Bearer', `Bearer ${token}x`, 'x'])}`,
      `idempotency-key: ${pick(['k', '', 'k'.repeat(300), '\u00ff'])}`,
      `x-deadline-ms: ${pick(['', '-1', '0', '1e3', '99999999999', 'x'])}`,
      `traceparent: ${pick(['x', '00-0-0-0', ''])}`,
      ...(body === '' && random() < 0.5 ? [] : [`content-type: ${pick(types)}`]),
      `content-length: ${Buffer.byteLength(body)}`,
    ]
    const text = `${method} ${target} HTTP/1.1\r\n${headers.join('\r\n')}\r\n\r\n${body}`
    return { text, status: await send(url, text) }
  }

  const seen = new Set<number>()
  for (let round = 0; round < 40; round += 1) {
    for (const { text, status } of await Promise.all(Array.from({ length: 25 }, shoot))) {
      assert.ok(status >= 200 && status < 500, `${status} for ${JSON.stringify(text.slice(0, 900))}`)
      seen.add(status)
    }
  }
  // It did reach what it is to reach: accepted, unreadable, refused, unknown, unsupported.
  for (const status of [200, 400, 401, 415])
    assert.ok(seen.has(status), `never ${status}: ${[...seen].join(', ')}`)
  const huge = `GET /orders/o1 HTTP/1.1\r\nhost: gateway\r\nx: ${'x'.repeat(10_000)}\r\n\r\n`
  assert.equal(await send(url, huge), 431)
})
