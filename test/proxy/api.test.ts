// The contract of Toxiproxy 2.12: every route, status, header and body, as clients see them.

import { afterEach, beforeEach, expect, test } from 'vitest'
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
