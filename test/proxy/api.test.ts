// The contract of Toxiproxy 2.12: every route, status, header and body, as clients see them.

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

const jsonType = 'application/json'
const textType = 'text/plain; charset=utf-8'
const disabled = { name: 'p', listen: 'localhost:0', upstream: 'localhost:6379', enabled: false }
const shown = '{"name":"p","listen":"localhost:0","upstream":"localhost:6379","enabled":false,"toxics":[]}'
const latency =
  '{"attributes":{"latency":0,"jitter":0},"name":"latency_downstream","type":"latency","stream":"downstream","toxicity":1}'
const error = (status: number, message: string): [number, string, string] => [
  status,
  textType,
  `${JSON.stringify({ error: message, status })}\n`,
]
const toxic = (attributes: string, name: string, type: string, rest = '"stream":"downstream","toxicity":1') =>
  `{"attributes":${attributes},"name":"${name}","type":"${type}",${rest}}`

type Row = [
  method: string,
  path: string,
  body: unknown,
  answer: [status: number, type: string | null, text: string],
]

// Each starts with the disabled proxy p that has the latency toxic.
const rows: Row[] = [
  ['GET', '/version', undefined, [200, 'application/json;charset=utf-8', '{"version": "2.12.0"}\n']],
  ['GET', '/proxies', undefined, [200, jsonType, `{"p":${shown.replace('[]', `[${latency}]`)}}`]],
  ['GET', '/proxies/p', undefined, [200, jsonType, shown.replace('[]', `[${latency}]`)]],
  ['GET', '/proxies/p/toxics', undefined, [200, jsonType, `[${latency}]`]],
  ['GET', '/proxies/p/toxics/latency_downstream', undefined, [200, jsonType, latency]],

  // making proxies
  ['POST', '/proxies', { ...disabled, name: 'q' }, [201, jsonType, shown.replace('"p"', '"q"')]],
  [
    'POST',
    '/proxies',
    { ...disabled, name: 'q', toxics: [{ type: 'noop' }], more: 1 },
    [201, jsonType, shown.replace('"p"', '"q"')],
  ],
  [
    'POST',
    '/proxies',
    `{"NAME":"q","Listen":"localhost:0","UPSTREAM":"localhost:6379","Enabled":false} trailing`,
    [201, jsonType, shown.replace('"p"', '"q"')],
  ],
  [
    'POST',
    '/proxies',
    { ...disabled, name: '__proto__' },
    [201, jsonType, shown.replace('"p"', '"__proto__"')],
  ],
  [
    'POST',
    '/proxies',
    { ...disabled, name: '<&>' },
    [201, jsonType, shown.replace('"p"', '"\\u003c\\u0026\\u003e"')],
  ],
  ['POST', '/proxies', disabled, error(409, 'proxy already exists')],
  ['POST', '/proxies', { upstream: 'localhost:1' }, error(400, 'missing required field: name')],
  ['POST', '/proxies', { name: '', upstream: 'localhost:1' }, error(400, 'missing required field: name')],
  ['POST', '/proxies', { name: 'q' }, error(400, 'missing required field: upstream')],
  ['POST', '/proxies', null, error(400, 'missing required field: name')],
  ['POST', '/proxies', '', error(400, 'bad request body: EOF')],
  ['POST', '/proxies', ' \n', error(400, 'bad request body: EOF')],
  ['POST', '/proxies', '{"name":', error(400, 'bad request body: unexpected EOF')],
  [
    'POST',
    '/proxies',
    { name: 'q', upstream: 'localhost', listen: 'localhost:0' },
    error(500, 'address localhost: missing port in address'),
  ],
  [
    'POST',
    '/proxies',
    { name: 'q', upstream: 'localhost:1', listen: '127.0.0.1' },
    error(500, 'address 127.0.0.1: missing port in address'),
  ],
  [
    'POST',
    '/proxies',
    { name: 5, upstream: 'localhost:1' },
    error(400, 'bad request body: json: cannot unmarshal number 5 into Go struct field .name of type string'),
  ],
  [
    'POST',
    '/proxies',
    { name: 'q', enabled: 'yes' },
    error(400, 'bad request body: json: cannot unmarshal string into Go struct field .enabled of type bool'),
  ],
  [
    'POST',
    '/proxies',
    [],
    error(400, 'bad request body: json: cannot unmarshal array into Go value of type toxiproxy.Proxy'),
  ],

  // changing them
  ['POST', '/proxies/p', {}, [200, jsonType, shown.replace('[]', `[${latency}]`)]],
  [
    'PATCH',
    '/proxies/p',
    { name: 'other', upstream: 'localhost:2' },
    [200, jsonType, shown.replace('6379', '2').replace('[]', `[${latency}]`)],
  ],
  ['PATCH', '/proxies/p', '', error(400, 'bad request body: EOF')],
  ['PATCH', '/proxies/x', {}, error(404, 'proxy not found')],
  ['DELETE', '/proxies/p', undefined, [204, null, '']],
  ['DELETE', '/proxies/x', undefined, error(404, 'proxy not found')],
  ['GET', '/proxies/x', undefined, error(404, 'proxy not found')],

  // toxics
  ['POST', '/proxies/p/toxics', { type: 'noop' }, [200, jsonType, toxic('{}', 'noop_downstream', 'noop')]],
  [
    'POST',
    '/proxies/p/toxics',
    { type: 'bandwidth' },
    [200, jsonType, toxic('{"rate":0}', 'bandwidth_downstream', 'bandwidth')],
  ],
  [
    'POST',
    '/proxies/p/toxics',
    { type: 'slow_close' },
    [200, jsonType, toxic('{"delay":0}', 'slow_close_downstream', 'slow_close')],
  ],
  [
    'POST',
    '/proxies/p/toxics',
    { type: 'timeout' },
    [200, jsonType, toxic('{"timeout":0}', 'timeout_downstream', 'timeout')],
  ],
  [
    'POST',
    '/proxies/p/toxics',
    { type: 'reset_peer' },
    [200, jsonType, toxic('{"timeout":0}', 'reset_peer_downstream', 'reset_peer')],
  ],
  [
    'POST',
    '/proxies/p/toxics',
    { type: 'slicer', attributes: { average_size: 9 } },
    [200, jsonType, toxic('{"average_size":9,"size_variation":0,"delay":0}', 'slicer_downstream', 'slicer')],
  ],
  [
    'POST',
    '/proxies/p/toxics',
    { type: 'limit_data', attributes: { BYTES: 7, x: 1 } },
    [200, jsonType, toxic('{"bytes":7}', 'limit_data_downstream', 'limit_data')],
  ],
  [
    'POST',
    '/proxies/p/toxics',
    { type: 'packet_loss' },
    [200, jsonType, toxic('{"loss_rate":0.1,"correlation":0}', 'packet_loss_downstream', 'packet_loss')],
  ],
  [
    'POST',
    '/proxies/p/toxics',
    { type: 'latency', stream: 'UpStream', toxicity: 0.1 },
    [
      200,
      jsonType,
      toxic('{"latency":0,"jitter":0}', 'latency_UpStream', 'latency', '"stream":"UpStream","toxicity":0.1'),
    ],
  ],
  [
    'POST',
    '/proxies/p/toxics',
    { type: 'latency', name: 'n', toxicity: 0.123456789 },
    [
      200,
      jsonType,
      toxic('{"latency":0,"jitter":0}', 'n', 'latency', '"stream":"downstream","toxicity":0.12345679'),
    ],
  ],
  ['POST', '/proxies/p/toxics', { type: 'latency' }, error(409, 'toxic already exists')],
  ['POST', '/proxies/p/toxics', { type: 'nope' }, error(400, 'invalid toxic type')],
  ['POST', '/proxies/p/toxics', {}, error(400, 'invalid toxic type')],
  [
    'POST',
    '/proxies/p/toxics',
    { type: 'noop', stream: '' },
    error(400, 'stream was invalid, can be either upstream or downstream'),
  ],
  [
    'POST',
    '/proxies/p/toxics',
    { type: 'noop', stream: 'sideways' },
    error(400, 'stream was invalid, can be either upstream or downstream'),
  ],
  [
    'POST',
    '/proxies/p/toxics',
    { type: 'latency', name: 'n', attributes: { latency: 1.5 } },
    error(
      400,
      'bad request body: json: cannot unmarshal number 1.5 into Go struct field .attributes.latency of type int64',
    ),
  ],
  [
    'POST',
    '/proxies/p/toxics',
    { type: 'latency', name: 'n', attributes: { latency: '5' } },
    error(
      400,
      'bad request body: json: cannot unmarshal string into Go struct field .attributes.latency of type int64',
    ),
  ],
  ['POST', '/proxies/p/toxics', '', error(400, 'bad request body: EOF')],
  ['POST', '/proxies/x/toxics', { type: 'noop' }, error(404, 'proxy not found')],
  [
    'POST',
    '/proxies/p/toxics/latency_downstream',
    { attributes: { jitter: 3 } },
    [200, jsonType, latency.replace('"jitter":0', '"jitter":3')],
  ],
  [
    'PATCH',
    '/proxies/p/toxics/latency_downstream',
    { name: 'z', type: 'noop', stream: 'upstream', toxicity: 0.5 },
    [200, jsonType, latency.replace('"toxicity":1', '"toxicity":0.5')],
  ],
  ['PATCH', '/proxies/p/toxics/x', {}, error(404, 'toxic not found')],
  ['GET', '/proxies/p/toxics/x', undefined, error(404, 'toxic not found')],
  ['DELETE', '/proxies/p/toxics/x', undefined, error(404, 'toxic not found')],
  ['DELETE', '/proxies/p/toxics/latency_downstream', undefined, [204, null, '']],

  // populate
  ['POST', '/populate', [], [201, jsonType, '{"proxies":null}']],
  [
    'POST',
    '/populate',
    [{ ...disabled, name: 'q' }],
    [201, jsonType, `{"proxies":[${shown.replace('"p"', '"q"')}]}`],
  ],
  [
    'POST',
    '/populate',
    [{ ...disabled, enabled: true }],
    [201, jsonType, `{"proxies":[${shown.replace('[]', `[${latency}]`)}]}`],
  ],
  [
    'POST',
    '/populate',
    [{ ...disabled, upstream: 'localhost:1' }],
    [201, jsonType, `{"proxies":[${shown.replace('6379', '1')}]}`],
  ],
  [
    'POST',
    '/populate',
    [{ ...disabled, name: 'q' }, { upstream: 'localhost:1' }],
    [400, jsonType, '{"error":"missing required field: name at proxy 2","status":400,"proxies":null}'],
  ],
  [
    'POST',
    '/populate',
    [{ name: 'q' }],
    [400, jsonType, '{"error":"missing required field: upstream at proxy 1","status":400,"proxies":null}'],
  ],
  ['POST', '/populate', '', [400, jsonType, '{"error":"bad request body: EOF","status":400,"proxies":null}']],

  // nothing there
  ['GET', '/', undefined, [404, textType, '404 page not found\n']],
  ['GET', '/proxies/', undefined, [404, textType, '404 page not found\n']],
  ['GET', '/proxies/p/toxics/', undefined, [404, textType, '404 page not found\n']],
  ['GET', '/proxies/p/toxics/a/b', undefined, [404, textType, '404 page not found\n']],
  ['PUT', '/proxies', {}, [405, null, '']],
  ['DELETE', '/version', undefined, [405, null, '']],
  ['OPTIONS', '/proxies', undefined, [405, null, '']],
  ['HEAD', '/proxies', undefined, [405, null, '']],
  ['GET', '/reset', undefined, [405, null, '']],
  ['GET', '/populate', undefined, [405, null, '']],
]

test.each(rows)('%s %s %j', async (method, path, body, [status, type, text]) => {
  await proxy.call('POST', '/proxies', disabled)
  await proxy.call('POST', '/proxies/p/toxics', { type: 'latency' })
  const answer = await proxy.call(method, path, body)
  expect([answer.status, answer.type, answer.text]).toEqual([status, type, text])
  const isMatched = status !== 405 && text !== '404 page not found\n'
  expect(answer.headers.get('x-toxiproxy-request-id') !== null).toBe(isMatched)
  if (type === textType) expect(answer.headers.get('x-content-type-options')).toBe('nosniff')
})

describe('proxies that listen', () => {
  test('tell where, and get another port when asked for port 0 again', async () => {
    const made = await proxy.call('POST', '/proxies', {
      name: 'p',
      upstream: 'localhost:1',
      listen: 'localhost:0',
    })
    const { listen } = JSON.parse(made.text) as { listen: string }
    expect(listen).toMatch(/^127\.0\.0\.1:\d+$/)
    const same = await proxy.call('PATCH', '/proxies/p', { listen: listen.replace('127.0.0.1', 'localhost') })
    expect(JSON.parse(same.text)).toMatchObject({ listen })
    const other = await proxy.call('PATCH', '/proxies/p', { listen: 'localhost:0' })
    expect((JSON.parse(other.text) as { listen: string }).listen).not.toBe(listen)
  })

  test('cannot have a port that is taken; populate tells what it made before', async () => {
    const made = await proxy.call('POST', '/proxies', { name: 'p', upstream: 'localhost:1' })
    const { listen } = JSON.parse(made.text) as { listen: string }
    const message = `listen tcp ${listen}: bind: address already in use`
    const taken = await proxy.call('POST', '/proxies', { name: 'q', upstream: 'localhost:1', listen })
    expect([taken.status, taken.type, JSON.parse(taken.text)]).toEqual([
      500,
      textType,
      { error: message, status: 500 },
    ])
    const partly = await proxy.call('POST', '/populate', [
      { name: 'a', upstream: 'localhost:1', enabled: false },
      { name: 'b', upstream: 'localhost:1', listen },
      { name: 'c', upstream: 'localhost:1', enabled: false },
    ])
    expect(partly.status).toBe(500)
    expect(JSON.parse(partly.text)).toMatchObject({ error: message, status: 500, proxies: [{ name: 'a' }] })
    expect(Object.keys(JSON.parse((await proxy.call('GET', '/proxies')).text) as object)).toEqual(['a', 'p'])
  })

  test('keep their toxics and state when populated with the same addresses', async () => {
    const made = await proxy.call('POST', '/proxies', { name: 'p', upstream: 'localhost:1' })
    const { listen } = JSON.parse(made.text) as { listen: string }
    await proxy.call('POST', '/proxies/p/toxics', { type: 'noop' })
    const again = await proxy.call('POST', '/populate', [
      { name: 'p', upstream: 'localhost:1', listen, enabled: false },
    ])
    expect(JSON.parse(again.text)).toMatchObject({ proxies: [{ enabled: true, toxics: [{ type: 'noop' }] }] })
  })

  test('/reset enables all and removes all toxics', async () => {
    await proxy.call('POST', '/proxies', { name: 'p', upstream: 'localhost:1', enabled: false })
    await proxy.call('POST', '/proxies/p/toxics', { type: 'noop' })
    const reset = await proxy.call('POST', '/reset')
    expect([reset.status, reset.text]).toEqual([204, ''])
    expect(JSON.parse((await proxy.call('GET', '/proxies/p')).text)).toMatchObject({
      enabled: true,
      toxics: [],
    })
  })

  test('list upstream toxics first, then downstream, as they came', async () => {
    await proxy.call('POST', '/proxies', disabled)
    for (const [name, stream] of [
      ['a', 'downstream'],
      ['b', 'upstream'],
      ['c', 'downstream'],
      ['d', 'upstream'],
    ]) {
      await proxy.call('POST', '/proxies/p/toxics', { type: 'noop', name, stream })
    }
    const { text } = await proxy.call('GET', '/proxies/p/toxics')
    expect((JSON.parse(text) as { name: string }[]).map(({ name }) => name)).toEqual(['b', 'd', 'a', 'c'])
  })

  test('names sort as text, numbers too', async () => {
    for (const name of ['b', '10', 'a', '9']) await proxy.call('POST', '/proxies', { ...disabled, name })
    const { text } = await proxy.call('GET', '/proxies')
    expect([...text.matchAll(/"([^"]+)":\{"name"/g)].map(([, name]) => name)).toEqual(['10', '9', 'a', 'b'])
  })

  test('100 made at once under one name are one', async () => {
    const answers = await Promise.all(
      Array.from({ length: 100 }, () =>
        proxy.call('POST', '/proxies', { name: 'p', upstream: 'localhost:1' }),
      ),
    )
    const statuses = answers.map(({ status }) => status)
    expect([
      statuses.filter((one) => one === 201).length,
      statuses.filter((one) => one === 409).length,
    ]).toEqual([1, 99])
  })
})

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
    expect([answer.status, answer.text]).toEqual([400, error(400, `bad request body: ${reason}`)[2]])
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
