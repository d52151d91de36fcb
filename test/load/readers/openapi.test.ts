import { describe, expect, test } from 'vitest'
import { stringify } from 'yaml'
import { readRequests } from '../../../src/load/readers/read-requests.ts'

const read = (text: string) =>
  readRequests({ text, file: 'openapi.yaml', readBody: () => Promise.reject(new Error('no body file')) })

const shop = {
  openapi: '3.1.0',
  info: { title: 'shop', version: '1' },
  servers: [{ url: 'http://127.0.0.1:4000/v1/' }],
  paths: {
    '/orders': {
      parameters: [{ name: 'x-team', in: 'header', schema: { type: 'string', default: 'red' } }],
      get: {
        parameters: [
          { name: 'state', in: 'query', schema: { enum: ['pending payment', 'paid'] } },
          { name: 'since', in: 'query', schema: { type: 'string' } },
        ],
        responses: { 200: { description: 'ok' }, 404: { description: 'none' } },
      },
      post: {
        operationId: 'placeOrder',
        requestBody: { content: { 'application/json': { schema: { $ref: '#/components/schemas/Order' } } } },
        responses: {
          201: {
            description: 'made',
            links: {
              read: { operationId: 'readOrder', parameters: { id: '$response.body#/order/id' } },
              follow: {
                operationRef: '#/paths/~1orders~1{id}/delete',
                parameters: { 'path.id': '$response.header.X-Id' },
              },
              odd: { operationId: 'readOrder', parameters: { id: '$request.body#/id' } },
              lost: { operationId: 'nobody' },
            },
          },
        },
      },
    },
    '/orders/{id}': {
      get: {
        operationId: 'readOrder',
        parameters: [{ name: 'id', in: 'path', required: true, schema: { type: 'string' } }],
        responses: { default: { description: 'any' } },
      },
      delete: {
        parameters: [{ name: 'id', in: 'path', required: true, example: 'a/b 1' }],
        responses: { '2XX': { description: 'gone' } },
      },
      put: {
        parameters: [{ name: 'id', in: 'path', required: true, example: 7 }],
        requestBody: { required: true, content: { 'application/json': { schema: { type: 'object' } } } },
      },
    },
  },
  components: {
    schemas: {
      Sku: { type: 'string', examples: ['book'] },
      Order: {
        type: 'object',
        required: ['sku'],
        properties: {
          sku: { $ref: '#/components/schemas/Sku' },
          quantity: { type: 'integer', default: 1 },
          note: { type: 'string' },
          tags: { type: 'array', items: { const: 'new' } },
        },
      },
    },
  },
}

const expected = [
  ['GET /orders', [['GET', '/orders?state=pending%20payment', { 'x-team': 'red' }, null, [200]]]],
  [
    'POST /orders',
    [
      [
        'POST',
        '/orders',
        { 'content-type': 'application/json', 'x-team': 'red' },
        { sku: 'book', quantity: 1, tags: ['new'] },
        [201],
      ],
    ],
  ],
  ['DELETE /orders/{id}', [['DELETE', '/orders/a%2Fb%201', {}, null, null]]],
  [
    'POST /orders, then GET /orders/{id}',
    [expect.arrayContaining(['POST', '/orders']) as unknown, ['GET', '/orders/{{link_id}}', {}, null, null]],
  ],
  [
    'POST /orders, then DELETE /orders/{id}',
    [
      expect.arrayContaining(['POST', '/orders']) as unknown,
      ['DELETE', '/orders/{{link_id}}', {}, null, null],
    ],
  ],
]

describe('an OpenAPI description is read', () => {
  test.each([
    ['as YAML', stringify(shop)],
    ['as JSON', JSON.stringify(shop, null, 2)],
    ['as JSON on one line', JSON.stringify(shop)],
  ])('%s', async (_, text) => {
    const { baseUrl, scenario, notes } = await read(text)
    expect(baseUrl).toBe('http://127.0.0.1:4000/v1')
    const told = scenario.requests.map(({ name, steps }) => [
      name,
      steps.map(({ method, path, headers, body, expect: wanted }) => [method, path, headers, body, wanted]),
    ])
    expect(told).toEqual(expected)
    expect(scenario.requests.slice(3).map(({ steps }) => steps[0]!.capture)).toEqual([
      { link_id: 'body.order.id' },
      { link_id: 'header.x-id' },
    ])
    expect(notes).toEqual([
      'PUT /orders/{id} was left out: its body has no example (application/json)',
      'the link odd of POST /orders was left out: msvc cannot read $request.body#/id',
      'the link lost of POST /orders was left out: there is no operation nobody',
    ])
  })

  test('without a whole server URL the target must be named, and the paths begin below it', async () => {
    const { baseUrl, scenario } = await read(stringify({ ...shop, servers: [{ url: '/v1/' }] }))
    expect(baseUrl).toBeNull()
    const paths = scenario.requests.flatMap(({ steps }) => steps.map(({ path }) => path))
    expect(paths).toContain('/v1/orders')
    expect(paths.every((path) => path.startsWith('/v1/orders'))).toBe(true)
  })

  test('a server with variables has their defaults', async () => {
    const variables = { host: { default: '127.0.0.1' }, port: { enum: ['1', '2'], default: '4000' } }
    const servers = [{ url: 'http://{host}:{port}/v1', variables }]
    expect((await read(stringify({ ...shop, servers }))).baseUrl).toBe('http://127.0.0.1:4000/v1')
  })

  test('what an operation says of a parameter replaces what its path says', async () => {
    const parameter = { name: 'id', in: 'path', required: true }
    const get = { parameters: [{ ...parameter, example: 7 }] }
    const { scenario } = await read(
      stringify({ ...shop, paths: { '/a/{id}': { parameters: [parameter], get } } }),
    )
    expect(scenario.requests.map(({ steps }) => steps[0]!.path)).toEqual(['/a/7'])
  })

  test('a form is sent as one, and what only answers hold is not sent', async () => {
    const schema = {
      required: ['id', 'name'],
      properties: {
        id: { readOnly: true, type: 'string' },
        at: { $ref: '#/components/schemas/At' },
        name: { example: 'ü &' },
        age: { example: 7 },
      },
    }
    const form = 'application/x-www-form-urlencoded'
    const document = {
      ...shop,
      components: { schemas: { At: { readOnly: true, example: 'now' } } },
      paths: {
        '/form': { post: { requestBody: { content: { [form]: { schema } } } } },
        '/json': { post: { requestBody: { content: { 'application/json': { schema } } } } },
      },
    }
    const { scenario } = await read(stringify(document))
    expect(scenario.requests.map(({ steps }) => [steps[0]!.body, steps[0]!.headers])).toEqual([
      ['name=%C3%BC+%26&age=7', { 'content-type': form }],
      [{ name: 'ü &', age: 7 }, { 'content-type': 'application/json' }],
    ])
  })

  test('what it asks callers to prove is named, for no description holds that', async () => {
    const securitySchemes = {
      token: { type: 'http', scheme: 'bearer' },
      key: { type: 'apiKey', in: 'header', name: 'x-key' },
      query: { type: 'apiKey', in: 'query', name: 'k' },
      unused: { type: 'http', scheme: 'basic' },
    }
    const paths = { '/a': { get: { security: [{ key: [] }, { query: [], token: [] }] } } }
    const document = { ...shop, security: [{ token: [] }], components: { securitySchemes }, paths }
    expect((await read(stringify(document))).notes).toEqual([
      "token (http) is asked for: -H 'authorization: …' sends it",
      "key (apiKey) is asked for: -H 'x-key: …' sends it",
      'query is asked for as the query parameter k, which msvc does not send',
    ])
  })
})

describe('what cannot be read is refused at its place', () => {
  const none = { openapi: '3.0.0', paths: { '/a/{b}': { get: {} } } }
  test.each<[string, string, RegExp]>([
    [
      'Swagger 2',
      'openapi: "2.0"\npaths: {}\n',
      /^openapi\.yaml:1:10: this is OpenAPI 2\.0; msvc reads 3\.x/,
    ],
    ['no version', 'swagger: "2.0"\npaths: {}\n', /^openapi\.yaml:1:1: the file needs openapi/],
    ['no operation', 'openapi: 3.0.0\npaths: {}\n', /^openapi\.yaml:2:1: it describes no operation/],
    ['no example', stringify(none), /the path parameter b is not described/],
    ['no YAML', 'openapi: "3.0.0\npaths: [', /^openapi\.yaml:\d+:\d+: this is not YAML/],
    [
      'a circle of references',
      stringify({ ...none, paths: { '/a': { $ref: '#/paths/~1a' } } }),
      /describes no operation/,
    ],
  ])('%s', async (_, text, reason) => {
    await expect(read(text)).rejects.toThrow(reason)
  })
})
