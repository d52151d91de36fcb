// Requests broken one by one, over real HTTP with kept connections.

import { once } from 'node:events'
import { createServer, request, Agent, type Server } from 'node:http'
import { connect, type AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createRequestReader } from '../../src/proxy/http-requests.ts'
import { proxyUnderTest, type ProxyUnderTest } from '../fixtures/proxied.ts'

let proxy: ProxyUnderTest
let server: Server
let seen: string[] = []
let listen = ''
const agent = new Agent({ keepAlive: true, maxSockets: 1 })

beforeEach(async () => {
  seen = []
  server = createServer((incoming, response) => {
    let length = 0
    incoming.on('data', (part: Buffer) => (length += part.length))
    incoming.on('end', () => {
      seen.push(`${incoming.method} ${incoming.url} ${length}`)
      response.end('ok')
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  proxy = await proxyUnderTest()
  const upstream = `127.0.0.1:${(server.address() as AddressInfo).port}`
  const made = await proxy.call('POST', '/proxies', { name: 'p', upstream })
  listen = (JSON.parse(made.text) as { listen: string }).listen
})
afterEach(async () => {
  await proxy[Symbol.asyncDispose]()
  server.closeAllConnections()
  server.close()
})

const breakRequests = async (attributes: object): Promise<void> => {
  const { status } = await proxy.call('POST', '/proxies/p/toxics', { type: 'http', attributes })
  expect(status).toBe(200)
}

interface Answer {
  status: number
  text: string
  fault: string | undefined
}

function send(
  method: string,
  path: string,
  body = '',
  headers: Record<string, string> = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request(`http://${listen}${path}`, { method, agent, headers }, (response) => {
      let text = ''
      response.setEncoding('utf8').on('data', (part: string) => (text += part))
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          text,
          fault: response.headers['x-msvc-fault'] as string | undefined,
        }),
      )
    })
    sent.on('error', reject).end(body)
  })
}

test('answers what matches; the server never sees it; the connection stays in use', async () => {
  await breakRequests({ status: 503, body: '{"no":1}', method: 'post', path: '/orders' })
  expect((await send('GET', '/orders')).status).toBe(200)
  expect(await send('POST', '/orders?x=1', 'a body')).toEqual({
    status: 503,
    text: '{"no":1}',
    fault: 'http',
  })
  expect((await send('POST', '/orders/7', 'b')).status).toBe(200)
  expect((await send('POST', '/orders', 'chunked', { 'transfer-encoding': 'chunked' })).status).toBe(503)
  expect((await send('GET', '/orders')).status).toBe(200)
  expect(seen).toEqual(['GET /orders 0', 'POST /orders/7 1', 'GET /orders 0'])
  expect(proxy.proxy.proxies()[0]!.edge.traffic.connections.total).toBe(1)
  const { text } = await proxy.call('GET', '/msvc/status')
  expect(JSON.parse(text)).toMatchObject({ proxies: [{ toxics: [{ touched: { events: 2, bytes: 0 } }] }] })
})

test('a path that ends in * matches what begins so', async () => {
  await breakRequests({ status: 500, path: '/orders/*' })
  expect((await send('GET', '/orders/7')).status).toBe(500)
  expect((await send('GET', '/orders')).status).toBe(200)
})

test('breaks the first N over all connections, then none', async () => {
  await breakRequests({ status: 503, first: 3 })
  const statuses: number[] = []
  for (let i = 0; i < 6; i++) {
    statuses.push((await send('GET', '/')).status)
    if (i === 1) agent.destroy()
  }
  expect(statuses).toEqual([503, 503, 503, 200, 200, 200])
})

test('breaks a share of the requests, the same share for the same seed', async () => {
  await breakRequests({ status: 503, percentage: 30 })
  const fates = async (): Promise<string> => {
    agent.destroy()
    let text = ''
    for (let i = 0; i < 200; i++) text += (await send('GET', '/')).status === 503 ? 'x' : '.'
    return text
  }
  const first = await fates()
  const broken = first.split('x').length - 1
  expect(broken).toBeGreaterThan(35)
  expect(broken).toBeLessThan(85)
})

test('delays without an answer, and aborts with a reset', async () => {
  await breakRequests({ delay: 120, path: '/slow' })
  const started = performance.now()
  expect((await send('GET', '/slow')).status).toBe(200)
  expect(performance.now() - started).toBeGreaterThanOrEqual(120)
  await proxy.call('POST', '/proxies/p/toxics', { type: 'http', name: 'cut', attributes: { abort: true } })
  await expect(send('GET', '/')).rejects.toMatchObject({ code: 'ECONNRESET' })
})

test('HEAD gets a length and no body; a client that waits with its body is answered and let go', async () => {
  await breakRequests({ status: 503, body: 'no' })
  expect(await send('HEAD', '/')).toEqual({ status: 503, text: '', fault: 'http' })
  const answer = await send('POST', '/', '', { expect: '100-continue', 'content-length': '0' })
  expect(answer.status).toBe(503)
})

test('what is not HTTP passes untouched', async () => {
  await breakRequests({ status: 503 })
  const [host, port] = listen.split(':') as [string, string]
  const socket = connect(Number(port), host)
  socket.write('\u0000\u0001binary\r\n\r\n')
  const [answer] = (await once(socket, 'data')) as [Buffer]
  expect(answer.toString()).toContain('400 Bad Request')
  socket.destroy()
})

describe('the reader of requests', () => {
  const stream = [
    'GET /a HTTP/1.1\r\nhost: x\r\n\r\n',
    'POST /b HTTP/1.1\r\nContent-Length: 5\r\n\r\nhello',
    'POST /c HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n5;x=y\r\nGET /\r\n0\r\nt: r\r\n\r\n',
    'PUT /d?q=GET HTTP/1.0\r\n\r\n',
  ].join('')

  test.each([1, 2, 3, 7, 50, 10_000])('finds the same in pieces of %i bytes, and loses none', (size) => {
    const read = createRequestReader()
    const bytes = Buffer.from(stream)
    const parts = []
    for (let start = 0; start < bytes.length; start += size)
      parts.push(...read(bytes.subarray(start, start + size)))
    expect(Buffer.concat(parts.map((part) => part.bytes)).toString()).toBe(stream)
    expect(parts.flatMap(({ head }) => (head ? [`${head.method} ${head.path}`] : []))).toEqual([
      'GET /a',
      'POST /b',
      'POST /c',
      'PUT /d?q=GET',
    ])
    expect(parts.filter(({ isLast }) => isLast).length).toBe(4)
  })

  test('is silent after an upgrade, and begins anew after bytes that are no request', () => {
    const read = createRequestReader()
    expect(read(Buffer.from('GET /ws HTTP/1.1\r\nupgrade: websocket\r\n\r\n'))[0]!.head?.path).toBe('/ws')
    expect(read(Buffer.from('GET /no HTTP/1.1\r\n\r\n'))[0]!.head).toBeUndefined()
    const other = createRequestReader()
    expect(other(Buffer.from('the rest of a body'))[0]!.head).toBeUndefined()
    expect(other(Buffer.from('GET /yes HTTP/1.1\r\n\r\n'))[0]!.head?.path).toBe('/yes')
  })
})
