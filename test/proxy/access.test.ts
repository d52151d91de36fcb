// Who may ask a proxy, for what, and what only clients of Toxiproxy itself get.

import { createServer, request } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { proxyUnderTest, type ProxyUnderTest } from '../fixtures/proxied.ts'

let proxy: ProxyUnderTest
beforeEach(async () => {
  proxy = await proxyUnderTest()
})
afterEach(() => proxy[Symbol.asyncDispose]())

const disabled = { name: 'p', listen: 'localhost:0', upstream: 'localhost:6379', enabled: false }

describe('who may ask', () => {
  // fetch sets Host and refuses others, so this speaks HTTP itself.
  const get = (headers: Record<string, string>): Promise<[number, string]> =>
    new Promise((resolve, reject) => {
      const sent = request(`${proxy.url}/version`, { headers }, (response) => {
        let text = ''
        response.setEncoding('utf8').on('data', (part: string) => (text += part))
        response.on('end', () => resolve([response.statusCode ?? 0, text]))
      })
      sent.on('error', reject).end()
    })

  test.each([
    [{ 'user-agent': 'Mozilla/5.0' }, 403, 'User agent not allowed\n'],
    [{ 'user-agent': 'curl/8 Mozilla/5.0' }, 200, '{"version": "2.12.0"}\n'],
    [{ origin: 'http://localhost:3000' }, 403, 'Browsers are not allowed\n'],
    [{ host: 'evil.example:8474' }, 403, 'Host not allowed\n'],
    [{ host: 'localhost:8474' }, 200, '{"version": "2.12.0"}\n'],
    [{ host: '[::1]:8474' }, 200, '{"version": "2.12.0"}\n'],
  ])('%j: %i', async (headers, status, text) => {
    expect(await get(headers as unknown as Record<string, string>)).toEqual([status, text])
  })
})

describe('safe, and compat', () => {
  const hostile: [body: object, reason: string][] = [
    [{ type: 'bandwidth', attributes: { rate: -1 } }, 'rate must be at least 0'],
    [{ type: 'slicer' }, 'average_size must be at least 1'],
    [
      { type: 'slicer', attributes: { average_size: 5, size_variation: 6 } },
      'size_variation must be at most average_size',
    ],
    [{ type: 'latency', attributes: { latency: 2 ** 31 } }, 'latency must be at most 2147483647'],
    [{ type: 'packet_loss', attributes: { loss_rate: 2 } }, 'loss_rate must be at most 1'],
    [{ type: 'noop', toxicity: 1.5 }, 'toxicity must be from 0 to 1'],
    [{ type: 'noop', toxicity: -1 }, 'toxicity must be from 0 to 1'],
    [{ type: 'http', stream: 'downstream' }, 'http works on requests: its stream is upstream'],
    [{ type: 'noop', ttlMs: 0 }, 'ttlMs must be a whole number from 1 to 900000'],
    [
      { type: 'noop', name: 'a/b' },
      'name has characters that no URL can carry, or too many: up to 255, no slash, no control character',
    ],
  ]
  test.each(hostile)('%j is refused', async (body, reason) => {
    await proxy.call('POST', '/proxies', disabled)
    const answer = await proxy.call('POST', '/proxies/p/toxics', body)
    expect([answer.status, answer.text]).toEqual([
      400,
      `${JSON.stringify({ error: `bad request body: ${reason}`, status: 400 })}\n`,
    ])
    expect((await proxy.call('GET', '/proxies/p/toxics')).text).toBe('[]')
  })

  test.each(hostile.slice(0, 7))('%j is taken in compat, and does no harm', async (body) => {
    await using compat = await proxyUnderTest({ isCompat: true })
    const server = createServer((_request, response) => response.end('ok'))
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const upstream = `127.0.0.1:${(server.address() as AddressInfo).port}`
    const made = await compat.call('POST', '/proxies', { name: 'p', upstream })
    const { status, text } = await compat.call('POST', '/proxies/p/toxics', body)
    expect([status, JSON.parse(text)]).toMatchObject([200, body])
    const { listen } = JSON.parse(made.text) as { listen: string }
    await fetch(`http://${listen}`, { signal: AbortSignal.timeout(100) }).catch(() => {})
    expect((await compat.call('GET', '/version')).status).toBe(200)
    server.closeAllConnections()
    server.close()
  })

  test('addresses off this machine need consent', async () => {
    for (const address of [
      { upstream: 'example.com:80' },
      { upstream: 'localhost:1', listen: '0.0.0.0:0' },
    ]) {
      const answer = await proxy.call('POST', '/proxies', { name: 'q', ...address })
      expect(answer.status).toBe(400)
      expect(answer.text).toContain('--allow-remote')
    }
    await using open = await proxyUnderTest({ allowRemote: true })
    const answer = await open.call('POST', '/proxies', {
      name: 'q',
      upstream: 'example.com:80',
      enabled: false,
    })
    expect(answer.status).toBe(201)
  })

  test('metrics and status are ours, so not in compat', async () => {
    await proxy.call('POST', '/proxies', disabled)
    expect((await proxy.call('GET', '/metrics')).text).toContain(
      'toxiproxy_proxy_received_bytes_total{direction="upstream",listener="localhost:0",proxy="p",upstream="localhost:6379"} 0',
    )
    await using compat = await proxyUnderTest({ isCompat: true })
    for (const path of ['/metrics', '/msvc/status']) expect((await compat.call('GET', path)).status).toBe(404)
  })

  test('the time to live also comes as a header', async () => {
    await proxy.call('POST', '/proxies', disabled)
    await proxy.call('POST', '/proxies/p/toxics', { type: 'noop' }, { 'x-msvc-ttl-ms': '60' })
    await expect.poll(async () => (await proxy.call('GET', '/proxies/p/toxics')).text).toBe('[]')
    for (const header of ['x', '', '0', '1e9']) {
      const answer = await proxy.call(
        'POST',
        '/proxies/p/toxics',
        { type: 'noop' },
        { 'x-msvc-ttl-ms': header },
      )
      expect(answer.status).toBe(400)
    }
  })
})
