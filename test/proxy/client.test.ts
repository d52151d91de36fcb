// An independent judge: every call of toxiproxy-node-client, against our server.

import { Toxiproxy, ToxiproxyError } from 'toxiproxy-node-client'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { echoServer, proxyUnderTest, tcpClient, type ProxyUnderTest } from '../fixtures/proxied.ts'

let server: ProxyUnderTest
let client: Toxiproxy
beforeEach(async () => {
  server = await proxyUnderTest()
  client = new Toxiproxy(server.url)
})
afterEach(() => server[Symbol.asyncDispose]())

const body = { name: 'redis', listen: 'localhost:0', upstream: 'localhost:6379' }

test('makes, gets, lists, updates and removes proxies', async () => {
  const made = await client.createProxy(body)
  expect(made.toJson()).toMatchObject({ name: 'redis', upstream: 'localhost:6379', enabled: true })
  expect((await client.get('redis')).listen).toBe(made.listen)
  expect(Object.keys(await client.getAll())).toEqual(['redis'])
  const updated = await made.update({ enabled: false, listen: made.listen, upstream: 'localhost:6380' })
  expect(updated.toJson()).toMatchObject({ enabled: false, upstream: 'localhost:6380' })
  await made.remove()
  expect(await client.getAll()).toEqual({})
})

test('populates and resets', async () => {
  const proxies = await client.populate([body, { ...body, name: 'other' }])
  expect(Object.keys(proxies)).toEqual(['redis', 'other'])
  const proxy = proxies['redis']!
  await proxy.addToxic({ name: '', type: 'noop' as never, stream: 'upstream', toxicity: 1, attributes: {} })
  await proxy.update({ enabled: false, listen: proxy.listen, upstream: proxy.upstream })
  await client.reset()
  expect((await client.get('redis')).enabled).toBe(true)
  await expect(proxy.getToxic('noop_upstream')).rejects.toThrow('404')
})

test('tells the version', async () => {
  expect(JSON.parse(await client.getVersion())).toEqual({ version: '2.12.0' })
})

test.each([
  ['latency', { latency: 1000, jitter: 100 }],
  ['bandwidth', { rate: 1 }],
  ['slow_close', { delay: 10 }],
  ['timeout', { timeout: 10 }],
  ['reset_peer', { timeout: 10 }],
  ['slicer', { average_size: 100, size_variation: 10, delay: 5 }],
  ['limit_data', { bytes: 10 }],
] as const)('adds, gets, updates and removes the toxic %s', async (type, attributes) => {
  const proxy = await client.createProxy(body)
  const toxic = await proxy.addToxic({ name: 't', type, stream: 'upstream', toxicity: 0.5, attributes })
  expect(toxic.toJson()).toEqual({ attributes, name: 't', stream: 'upstream', toxicity: 0.5, type })
  const [first] = Object.keys(attributes)
  const changes = { toxicity: 1, attributes: { [first!]: 11 } }
  const updated = await toxic.update(changes as never) // its type asks for all that cannot be changed
  expect(updated.toJson()).toMatchObject({ toxicity: 1, attributes: { ...attributes, [first!]: 11 } })
  expect((await proxy.getToxic('t')).toJson()).toEqual(updated.toJson())
  await toxic.remove()
  await expect(proxy.getToxic('t')).rejects.toThrow(ToxiproxyError)
})

test('hears of errors', async () => {
  await client.createProxy(body)
  await expect(client.createProxy(body)).rejects.toThrow('409')
  await expect(client.get('nobody')).rejects.toThrow('404')
  await expect(client.createProxy({ ...body, name: '' })).rejects.toThrow('400')
})

test('slows real traffic down', async () => {
  await using echo = await echoServer()
  const proxy = await client.createProxy({ ...body, upstream: `127.0.0.1:${echo.port}` })
  const attributes = { latency: 80, jitter: 0 }
  await proxy.addToxic({ name: 'slow', type: 'latency', stream: 'downstream', toxicity: 1, attributes })
  const through = await tcpClient(proxy.listen)
  const started = performance.now()
  through.socket.write('x')
  await through.has(1)
  expect(performance.now() - started).toBeGreaterThanOrEqual(80)
  through.socket.destroy()
})
