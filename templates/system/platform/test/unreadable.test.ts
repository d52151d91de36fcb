import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect } from 'node:net'
import { test, type TestContext } from 'node:test'
import { securityHeaders } from '../src/security-headers.ts'
import type { ServiceDefinition } from '../src/service.ts'
import { runForTest } from '../src/testing.ts'

const echo = (isEdge: boolean): ServiceDefinition<Record<never, never>, never> => ({
  isEdge,
  build: ({ app }) => void app.post('/echo', ({ body }) => body),
})

/** Sends the bytes, then one of `drops` after the other, until the other side hangs up: all that it said. */
async function say(url: string, bytes: string, drops = ''): Promise<string> {
  const { port, hostname } = new URL(url)
  const socket = connect(Number(port), hostname)
  socket.on('error', () => {}) // cut while a drop is on its way
  socket.write(bytes)
  let answer = ''
  socket.setEncoding('utf8').on('data', (chunk: string) => (answer += chunk))
  const left = drops.split('')
  const dripping = setInterval(() => socket.write(left.shift() ?? ''), 500)
  try {
    await once(socket, 'close', { signal: AbortSignal.timeout(25_000) })
    return answer
  } finally {
    clearInterval(dripping)
    socket.destroy()
  }
}

const runEcho = async (t: TestContext, isEdge: boolean) => (await runForTest(t, echo(isEdge))).url

test('what is refused before any hook has the shape of errors and the security headers', async (t) => {
  const url = await runEcho(t, true)
  const end = 'host: x\r\nconnection: close\r\n\r\n'
  const table: [what: string, bytes: string, status: number][] = [
    ['no HTTP', 'nonsense\r\n\r\n', 400],
    ['two lengths', `POST /echo HTTP/1.1\r\ncontent-length: 1\r\ncontent-length: 2\r\n${end}`, 400],
    ['headers by the pound', `GET /echo HTTP/1.1\r\nx: ${'x'.repeat(9000)}\r\n${end}`, 431],
    ['a path that is none', `GET /%zz HTTP/1.1\r\n${end}`, 400],
    ['nobody is asked', 'GET /echo HTTP/1.1\r\nconnection: close\r\n\r\n', 400],
    ['a tunnel', `CONNECT x:80 HTTP/1.1\r\n${end}`, 400],
    ['an expectation', `POST /echo HTTP/1.1\r\nexpect: much\r\n${end}`, 417],
  ]
  for (const [what, bytes, status] of table) {
    const answer = await say(url, bytes)
    assert.match(answer, new RegExp(`^HTTP/1.1 ${status} `), what)
    assert.match(answer, /\r\n\r\n\{"error":\{"code":"[a-z-]+","message":".*"\}\}$/, what)
    for (const [name, value] of Object.entries(securityHeaders))
      assert.ok(answer.includes(`\r\n${name}: ${value}\r\n`), `${what}: ${name}`)
  }
})

test('another method than those of a path is told which there are; a path that is none has none', async (t) => {
  const { url } = await runForTest(t, {
    build({ app }) {
      app.get('/orders', () => [])
      app.post('/orders', () => [])
      app.get('/orders/:id', () => ({}))
    },
  })
  const table: [method: string, path: string, status: number, allow: string | null][] = [
    ['DELETE', '/orders', 405, 'GET, POST'],
    ['PUT', '/orders?limit=1', 405, 'GET, POST'],
    ['OPTIONS', '/orders', 405, 'GET, POST'],
    ['POST', '/orders/o1?x=/y', 405, 'GET'],
    ['PROPFIND', '/orders/o1', 405, 'GET'],
    ['POST', '/readyz', 405, 'GET'],
    ['GET', '/orders/o1/lines', 404, null],
    ['GET', '/order', 404, null],
    ['DELETE', '/', 404, null],
    ['GET', '/orders/o1', 200, null],
  ]
  for (const [method, path, status, allow] of table) {
    const response = await fetch(url + path, { method })
    assert.deepEqual([response.status, response.headers.get('allow')], [status, allow], `${method} ${path}`)
  }
  const refused = (await (await fetch(`${url}/orders`, { method: 'PATCH' })).json()) as object
  const message = 'Only GET, POST here, not PATCH.'
  assert.deepEqual(refused, { error: { code: 'method-not-allowed', message } })
})

test('who sends a request by the drop is cut, inside too', async (t) => {
  const head = 'POST /echo HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n'
  const urls = await Promise.all([true, false].map((isEdge) => runEcho(t, isEdge)))
  const answers = await Promise.all(
    urls.flatMap((url) => [
      say(url, head, `x: ${'slow '.repeat(12)}`),
      say(url, `${head}content-length: 1000\r\n\r\n`, ' '.repeat(60)),
      say(url, ''),
    ]),
  )
  for (const answer of answers) assert.match(answer, /^HTTP\/1\.1 408 /)
})
