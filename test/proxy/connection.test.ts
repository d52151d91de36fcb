// Real sockets through a real proxy.

import { once } from 'node:events'
import { expect, test } from 'vitest'
import { echoServer, proxyUnderTest, tcpClient, tcpServer, type ProxyUnderTest } from '../fixtures/proxied.ts'

/** A proxy named p in front of the port; where it listens. */
async function inFront({ call }: ProxyUnderTest, port: number): Promise<string> {
  const { text } = await call('POST', '/proxies', { name: 'p', upstream: `127.0.0.1:${port}` })
  return (JSON.parse(text) as { listen: string }).listen
}

const status = async ({ call }: ProxyUnderTest) =>
  (JSON.parse((await call('GET', '/msvc/status')).text) as { proxies: Status[] }).proxies[0]!
interface Status {
  received: { upstream: number; downstream: number }
  connections: { open: number; total: number }
  toxics: { touched: { bytes: number; events: number; connections: number } }[]
}

test('passes bytes both ways, large and small, on many connections at once', async () => {
  await using server = await echoServer()
  await using proxy = await proxyUnderTest()
  const listen = await inFront(proxy, server.port)
  const sizes = Array.from({ length: 40 }, (_, index) => (index % 4 === 0 ? 1_000_000 : index * 7 + 1))
  await Promise.all(
    sizes.map(async (size, index) => {
      const client = await tcpClient(listen)
      const sent = Buffer.alloc(size, index)
      client.socket.end(sent)
      await client.ended
      expect(client.received().equals(sent)).toBe(true)
    }),
  )
  const total = sizes.reduce((sum, size) => sum + size, 0)
  expect((await status(proxy)).received).toEqual({ upstream: total, downstream: total })
  await expect.poll(async () => (await status(proxy)).connections).toEqual({ open: 0, total: 40 })
})

test('bytes that wait for a slow receiver stay as they were, while others are read', async () => {
  const sent = Buffer.from(Uint32Array.from({ length: 4 << 20 }, (_, index) => index * 2_654_435_761).buffer)
  await using server = await tcpServer((socket) => void socket.pipe(socket))
  await using proxy = await proxyUnderTest()
  const client = await tcpClient(await inFront(proxy, server.port))
  client.socket.pause()
  // Small pieces: more are read while the first still wait to be written.
  for (let start = 0; start < sent.length; start += 3000) {
    client.socket.write(sent.subarray(start, start + 3000))
    if (start % 9000 === 0) await new Promise(setImmediate)
  }
  client.socket.end()
  client.socket.resume()
  await client.ended
  expect(client.received().equals(sent)).toBe(true)
})

test('a client that ends its side still gets the whole answer', async () => {
  await using server = await tcpServer((socket) => {
    socket.resume().on('end', () => socket.end('the answer'))
  })
  await using proxy = await proxyUnderTest()
  const client = await tcpClient(await inFront(proxy, server.port))
  await proxy.call('POST', '/proxies/p/toxics', { type: 'latency', attributes: { latency: 20 } })
  client.socket.end('the question')
  await client.ended
  expect(client.received().toString()).toBe('the answer')
})

test('in compat the end of one side ends both, as in Toxiproxy', async () => {
  let wasAnswered = false
  await using server = await tcpServer((socket) => {
    socket.resume().on('close', () => (wasAnswered = socket.bytesWritten > 0 && !socket.errored))
  })
  await using proxy = await proxyUnderTest({ isCompat: true })
  const client = await tcpClient(await inFront(proxy, server.port))
  client.socket.end('the question')
  await client.ended
  expect(wasAnswered).toBe(false)
})

test('a sender is held back while the receiver does not read', async () => {
  await using server = await tcpServer((socket) => socket.pause())
  await using proxy = await proxyUnderTest()
  const client = await tcpClient(await inFront(proxy, server.port))
  const chunk = Buffer.alloc(1 << 20)
  let accepted = 0
  // Until nothing more is taken: the kernel's buffers are full, and the proxy's are small.
  for (let quiet = 0; quiet < 3;) {
    const isTaken = await new Promise<boolean>((resolve) => {
      const timer = setTimeout(() => resolve(false), 150)
      client.socket.write(chunk, () => {
        clearTimeout(timer)
        resolve(true)
      })
    })
    if (isTaken) accepted++
    else quiet++
    expect(accepted).toBeLessThan(64)
  }
  const { received } = await status(proxy)
  for (const socket of server.sockets) socket.resume()
  await expect.poll(async () => (await status(proxy)).received.upstream).toBeGreaterThan(received.upstream)
  client.socket.destroy()
})

test('a reset on one side is a reset on the other', async () => {
  await using server = await tcpServer((socket) => socket.once('data', () => socket.resetAndDestroy()))
  await using proxy = await proxyUnderTest()
  const client = await tcpClient(await inFront(proxy, server.port))
  client.socket.write('x')
  expect(await client.closed).toBe('ECONNRESET')
})

test.each([
  [false, 'ECONNRESET'],
  [true, undefined],
])('a server that is not there: compat %s → %s', async (isCompat, code) => {
  const gone = await echoServer()
  await gone[Symbol.asyncDispose]()
  await using proxy = await proxyUnderTest({ isCompat })
  const client = await tcpClient(await inFront(proxy, gone.port))
  if (isCompat) await client.ended.then(() => client.socket.end())
  expect(await client.closed).toBe(code)
  await expect.poll(() => proxy.proxy.proxies()[0]!.edge.traffic.connections.open).toBe(0)
})

test('reset_peer resets connections that are open already, both ends', async () => {
  await using server = await echoServer()
  await using proxy = await proxyUnderTest()
  const client = await tcpClient(await inFront(proxy, server.port))
  client.socket.write('x')
  await client.has(1)
  const [far] = server.sockets
  const farError = once(far!, 'error') as Promise<[NodeJS.ErrnoException]>
  await proxy.call('POST', '/proxies/p/toxics', { type: 'reset_peer' })
  expect(await client.closed).toBe('ECONNRESET')
  expect((await farError)[0].code).toBe('ECONNRESET')
  expect((await status(proxy)).toxics[0]!.touched).toMatchObject({ events: 1, connections: 1 })
})

test('toxics work on live connections as soon as they are set, and not a moment longer', async () => {
  await using server = await echoServer()
  await using proxy = await proxyUnderTest()
  const client = await tcpClient(await inFront(proxy, server.port))
  client.socket.write('1')
  await client.has(1)
  await proxy.call('POST', '/proxies/p/toxics', {
    type: 'latency',
    name: 'l',
    attributes: { latency: 60_000 },
  })
  client.socket.write('2')
  await expect.poll(async () => (await status(proxy)).toxics[0]!.touched.bytes).toBe(1)
  expect(client.received().toString()).toBe('1')
  await proxy.call('DELETE', '/proxies/p/toxics/l')
  await client.has(2)
  client.socket.write('3')
  await client.has(3)
  expect(client.received().toString()).toBe('123')
  client.socket.destroy()
})

test('100 ms of latency are 100 ms, never less', async () => {
  await using server = await echoServer()
  await using proxy = await proxyUnderTest()
  const client = await tcpClient(await inFront(proxy, server.port))
  await proxy.call('POST', '/proxies/p/toxics', { type: 'latency', attributes: { latency: 100 } })
  for (let i = 1; i <= 5; i++) {
    const sent = performance.now()
    client.socket.write('x')
    await client.has(i)
    expect(performance.now() - sent).toBeGreaterThanOrEqual(100)
  }
  client.socket.destroy()
})

test('a disabled proxy cuts its connections and refuses new ones', async () => {
  await using server = await echoServer()
  await using proxy = await proxyUnderTest()
  const listen = await inFront(proxy, server.port)
  const client = await tcpClient(listen)
  client.socket.write('x')
  await client.has(1)
  await proxy.call('PATCH', '/proxies/p', { enabled: false })
  await client.ended
  await expect(tcpClient(listen)).rejects.toMatchObject({ code: 'ECONNREFUSED' })
  await proxy.call('PATCH', '/proxies/p', { enabled: true })
  const again = await tcpClient(listen)
  again.socket.end('y')
  await again.ended
  expect(again.received().toString()).toBe('y')
})

test('new connections move to another upstream while the old ones stay', async () => {
  await using old = await tcpServer((socket) => void socket.on('data', () => socket.write('old')))
  await using fresh = await tcpServer((socket) => void socket.on('data', () => socket.write('new')))
  await using proxy = await proxyUnderTest()
  const listen = await inFront(proxy, old.port)
  const before = await tcpClient(listen)
  before.socket.write('x')
  await before.has(3)
  await proxy.call('POST', '/msvc/proxies/p/upstream', { upstream: `127.0.0.1:${fresh.port}` })
  const after = await tcpClient(listen)
  after.socket.write('x')
  await after.has(3)
  before.socket.write('x')
  await before.has(6)
  expect([before.received().toString(), after.received().toString()]).toEqual(['oldold', 'new'])
  before.socket.destroy()
  after.socket.destroy()
})

test('a lease ends a toxic by itself', async () => {
  await using server = await echoServer()
  await using proxy = await proxyUnderTest()
  const client = await tcpClient(await inFront(proxy, server.port))
  await proxy.call('POST', '/proxies/p/toxics', {
    type: 'bandwidth',
    attributes: { rate: 0 },
    ttlMs: 150,
  })
  const started = performance.now()
  client.socket.write('x')
  await client.has(1)
  expect(performance.now() - started).toBeGreaterThan(100)
  expect((await proxy.call('GET', '/proxies/p/toxics')).text).toBe('[]')
  client.socket.destroy()
})
