import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Type } from 'typebox'
import { contract, ErrorBody } from '../src/contract.ts'
import { serveContract, type Reply } from '../src/contract-server.ts'
import type { ServiceDefinition } from '../src/service.ts'
import { runForTest } from '../src/testing.ts'
import { chance, fuzz } from '../src/testing-fuzz.ts'

const shelf = contract({
  put: {
    method: 'POST',
    path: '/books',
    summary: 'Puts a book on the shelf.',
    body: Type.Object({ title: Type.String({ minLength: 1, maxLength: 40 }), pages: Type.Integer() }),
    answers: { 201: Type.Object({ title: Type.String() }), 400: ErrorBody },
  },
})

type Put = (body: { title: string; pages: number }) => Reply<(typeof shelf)['put']>

const library = (put: Put): ServiceDefinition<Record<never, never>, never> => ({
  build: ({ app }) => serveContract(app, shelf, 'library').put(({ body }) => put(body)),
})

const titleOnly: Put = ({ title }) => ({ status: 201, body: { title } })

test('a service that does what its contract says passes', async (t) => {
  const { url } = await runForTest(t, library(titleOnly))
  const seen = await fuzz({ url, seed: 1, count: 100 })
  assert.ok((seen.get('put 201') ?? 0) > 10)
})

test('one that breaks, answers otherwise, or takes what it must not is found out', async (t) => {
  const breaking: Put = (body) => {
    if (body.title.includes("'")) throw new Error('no quotes, please')
    return titleOnly(body)
  }
  const untrue = (() => ({ status: 201, body: { name: 'x' } })) as unknown as Put
  const undeclared = (() => ({ status: 202, body: {} })) as unknown as Put
  const table: [Put, RegExp][] = [
    [breaking, /was answered 500/],
    [untrue, /not as declared/],
    [undeclared, /undeclared/],
  ]
  for (const [put, complaint] of table) {
    const { url } = await runForTest(t, library(put))
    await assert.rejects(fuzz({ url, seed: 1, count: 200 }), complaint)
  }
  const lax: ServiceDefinition<Record<never, never>, never> = {
    build({ app }) {
      serveContract(app, { put: { ...shelf.put, path: '/told' } }, 'library')
      app.post('/told', (_request, reply) => reply.code(201).send({ title: 'x' }))
    },
  }
  const { url } = await runForTest(t, lax)
  await assert.rejects(fuzz({ url, seed: 1, count: 10 }), /put: the body is .*201/s)
})

test('the same seed is the same requests, another one others', () => {
  const three = (seed: number) => Array.from({ length: 3 }, chance(seed))
  assert.deepEqual(three(1), three(1))
  assert.notDeepEqual(three(1), three(2))
})
