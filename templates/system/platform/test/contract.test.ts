import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { Type } from 'typebox'
import { request } from 'undici'
import { contract, ErrorBody, PageQuery } from '../src/contract.ts'
import { createClient, createPath } from '../src/contract-client.ts'
import { refusal, serveContract } from '../src/contract-server.ts'
import type { ServiceDefinition } from '../src/service.ts'
import { runForTest } from '../src/testing.ts'

const shelf = contract({
  put: {
    method: 'POST',
    path: '/shelves/:shelf/books',
    summary: 'Puts a book on a shelf.',
    params: Type.Object({ shelf: Type.String() }),
    query: Type.Object({ at: Type.Optional(Type.Integer({ minimum: 0 })) }),
    body: Type.Object({ title: Type.String({ minLength: 1 }), pages: Type.Integer({ minimum: 1 }) }),
    answers: { 201: Type.Object({ title: Type.String(), at: Type.Integer() }), 409: ErrorBody },
  },
  list: {
    method: 'GET',
    path: '/shelves',
    summary: 'The shelves, a page at a time.',
    query: PageQuery,
    answers: { 200: PageQuery },
  },
})

const library: ServiceDefinition<Record<never, never>, never> = {
  build({ app }) {
    const serve = serveContract(app, shelf, 'library')
    serve.put(({ params, query, body }) =>
      params.shelf === 'full'
        ? refusal(409, 'full', 'It is full.')
        : { status: 201, body: { title: body.title, at: query.at ?? 0 } },
    )
    serve.list(({ query }) => ({ status: 200, body: query }))
  },
}

const reader: ServiceDefinition<Record<never, never>, 'library'> = {
  callees: { library: { attemptTimeoutMs: 5000 } },
  build({ app, callee }) {
    const client = createClient(callee('library'), shelf)
    app.post('/:shelf', async ({ params, body }) => {
      const { shelf: name } = params as { shelf: string }
      const result = await client.put({ params: { shelf: name }, query: { at: 3 }, body: body as never })
      if (result.kind !== 'answered') return { kind: result.kind }
      // The type of the body follows from the status.
      if (result.status === 201) return { kind: 'put', at: result.json()?.at }
      return { kind: 'full', message: result.json()?.error.message }
    })
  },
}

async function runBoth(t: TestContext) {
  const served = await runForTest(t, library)
  const { url } = await runForTest(t, reader, { LIBRARY_URL: served.url })
  const post = async (target: string, body: unknown) => {
    const headers = { 'content-type': 'application/json' }
    const response = await request(target, { method: 'POST', headers, body: JSON.stringify(body) })
    return { status: response.statusCode, body: (await response.body.json()) as Record<string, unknown> }
  }
  return { post, libraryUrl: served.url, readerUrl: url }
}

test('a client gets what the route declares, by status', async (t) => {
  const { post, readerUrl } = await runBoth(t)
  const book = { title: 'Ulysses', pages: 730 }
  assert.deepEqual((await post(`${readerUrl}/top`, book)).body, { kind: 'put', at: 3 })
  assert.deepEqual((await post(`${readerUrl}/full`, book)).body, { kind: 'full', message: 'It is full.' })
  assert.deepEqual((await post(`${readerUrl}/top`, {})).body, { kind: 'undeclared' })
})

test('a body that is not as declared is refused; numbers in quotes are no numbers', async (t) => {
  const { post, libraryUrl } = await runBoth(t)
  const table: [unknown, string][] = [
    [{ title: 'Ulysses', pages: '730' }, 'body/pages must be integer'],
    [{ title: '', pages: 1 }, 'body/title must NOT have fewer than 1 characters'],
    [{ pages: 1 }, "body must have required property 'title'"],
    [[], 'body must be object'],
    [null, 'body must be object'],
  ]
  for (const [body, message] of table) {
    const answer = await post(`${libraryUrl}/shelves/top/books`, body)
    assert.deepEqual(answer, { status: 400, body: { error: { code: 'invalid', message } } })
  }
})

test('a number in a URL is finite, with bounds and without', async (t) => {
  const { libraryUrl } = await runBoth(t)
  const book = { method: 'POST', headers: { 'content-type': 'application/json' } }
  const body = JSON.stringify({ title: 'Ulysses', pages: 730 })
  for (const text of ['Infinity', '-Infinity', '1e999', '-1e999', 'NaN']) {
    const page = await request(`${libraryUrl}/shelves?limit=${text}`)
    assert.equal(page.statusCode, 400, `${text}, of 1000 at most: ${await page.body.text()}`)
    const put = await request(`${libraryUrl}/shelves/top/books?at=${text}`, { ...book, body } as object)
    assert.equal(put.statusCode, 400, `${text}, however much: ${await put.body.text()}`)
  }
})

test('a body that the contract does not know is not passed off as one that it knows', async () => {
  const answers: string[] = ['{"title":"x","at":1}', '{"title":5}', 'nonsense', '']
  const callee = { call: async () => ({ kind: 'answered', status: 201, headers: {}, body: answers.shift() }) }
  const client = createClient(callee as never, shelf)
  const bodies = []
  for (const _ of [1, 2, 3, 4]) {
    const result = await client.put({ params: { shelf: 's' }, body: { title: 't', pages: 1 } })
    bodies.push(result.kind === 'answered' ? result.json() : result.kind)
  }
  assert.deepEqual(bodies, [{ title: 'x', at: 1 }, undefined, undefined, undefined])
})

test('names in a path cannot leave it', () => {
  assert.equal(createPath('/orders/:id')({ id: '../a?b#c' }), '/orders/..%2Fa%3Fb%23c')
  assert.equal(createPath('/o/:id')({ id: 1 }, { at: 2, no: undefined, q: 'a&b' }), '/o/1?at=2&q=a%26b')
})

test('the contract is told as OpenAPI', async (t) => {
  const { libraryUrl } = await runBoth(t)
  const document = (await (await request(`${libraryUrl}/openapi.json`)).body.json()) as {
    openapi: string
    paths: Record<string, Record<string, { parameters: object[]; requestBody: object; responses: object }>>
  }
  assert.equal(document.openapi, '3.1.0')
  const put = document.paths['/shelves/{shelf}/books']?.['post']
  assert.deepEqual(put?.parameters, [
    { name: 'shelf', in: 'path', required: true, schema: { type: 'string' } },
    { name: 'at', in: 'query', required: false, schema: { type: 'integer', minimum: 0 } },
  ])
  assert.deepEqual(Object.keys(put?.responses ?? {}), ['201', '409'])
})

test('what has a default can be left out, and is told so', async (t) => {
  const { libraryUrl } = await runBoth(t)
  const read = async (path: string) => (await request(`${libraryUrl}${path}`)).body.json()
  assert.deepEqual(await read('/shelves?limit=5'), { after: 0, limit: 5 })
  const { paths } = (await read('/openapi.json')) as {
    paths: Record<string, { get: { parameters: { name: string; required: boolean }[] } }>
  }
  assert.deepEqual(
    paths['/shelves']?.get.parameters.map(({ name, required }) => [name, required]),
    [
      ['after', false],
      ['limit', false],
    ],
  )
})
