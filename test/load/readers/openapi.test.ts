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

  test('without a whole server URL the target must be named', async () => {
    expect((await read(stringify({ ...shop, servers: [{ url: '/v1' }] }))).baseUrl).toBeNull()
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
