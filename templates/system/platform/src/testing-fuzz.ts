// For tests only: asks a service what it offers, and then for much that it does not. Whatever is sent, the
// answer comes soon, is none of 5xx, and is what /openapi.json says.

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect } from 'node:net'
import type { TSchema } from 'typebox'
import { Compile } from 'typebox/compile'
import { ErrorBody } from './contract.ts'
import {
  badRequests,
  goodRequest,
  readOperations,
  type Operation,
  type Pick,
  type TestRequest,
} from './testing-requests.ts'
import type { Samples } from './testing-values.ts'

export interface FuzzOptions {
  url: string
  seed: number
  /** How many requests by chance, after each bad request that follows from the contract was sent once. */
  count: number
  samples?: Samples
  /** Sent with every request: a token, for instance. */
  headers?: Record<string, string>
  /** Those that are asked; all of them if not given. */
  isAsked?: (operation: Operation) => boolean
}

/** A service that is silent for so long hangs. */
const answerWithinMs = 30_000
const atOnce = 16

/** How often each operation was answered with each status: `placeOrder 201` → 12. */
export async function fuzz(options: FuzzOptions): Promise<Map<string, number>> {
  const { url, seed, count, samples = {}, headers = {}, isAsked = () => true } = options
  const operations = (await readOperations(url)).filter(isAsked)
  const random = chance(seed)
  const pick: Pick = <T>(list: readonly T[]) => list[Math.floor(random() * list.length)] as T
  const seen = new Map<string, number>()
  const validators = new Map<TSchema, ReturnType<typeof Compile>>()
  const isError = Compile(ErrorBody)

  const expected = operations.flatMap((operation) =>
    badRequests(operation, pick, samples).map((bad) => ({ operation, ...bad })),
  )
  await inTurns(expected, async ({ operation, what, request, status }) => {
    const answer = await send(url, textOf(withHeaders(request)))
    assert.equal(answer.status, status, `${what}: ${answer.body.slice(0, 300)}`)
    judge(operation, answer, what)
  })

  const shots = Array.from({ length: count }, () => {
    const operation = pick(operations)
    const request = withHeaders(goodRequest(operation, pick, samples))
    return random() < 0.4
      ? { operation, text: textOf(request), isGood: true }
      : { operation, text: strangeText(request, pick), isGood: false }
  })
  await inTurns(shots, async ({ operation, text, isGood }) => {
    const answer = await send(url, text)
    const what = `${JSON.stringify(text.slice(0, 900))} was answered ${answer.status} ${answer.body.slice(0, 300)}`
    assert.ok(answer.status >= 200 && answer.status < 500, what)
    if (isGood) {
      assert.ok(operation.answers.has(answer.status), `undeclared: ${what}`)
      judge(operation, answer, what)
    } else if (answer.status >= 400 && !text.startsWith('HEAD')) {
      assert.match(answer.body, /^\{.*\}$/s, what)
      assert.ok(isError.Check(JSON.parse(answer.body)), `no error of ours: ${what}`)
    }
  })
  return seen

  function withHeaders(request: TestRequest): TestRequest {
    return { ...request, headers: { ...headers, ...request.headers } }
  }

  function judge(operation: Operation, { status, body }: RawAnswer, what: string): void {
    const key = `${operation.id} ${status}`
    seen.set(key, (seen.get(key) ?? 0) + 1)
    const schema = operation.answers.get(status)
    if (schema === undefined) return
    const validator = validators.get(schema) ?? Compile(schema)
    validators.set(schema, validator)
    assert.ok(validator.Check(JSON.parse(body)), `not as declared: ${what}`)
  }
}

/** The same requests under the same key: the same answer; another one under it: 422. */
export async function checkReplays(options: FuzzOptions): Promise<void> {
  const { url, samples = {}, headers = {} } = options
  const first: Pick = <T>(list: readonly T[]) => list[0] as T
  const keyed = (await readOperations(url)).filter(
    ({ body, parameters }) => body !== undefined && parameters.some(({ name }) => name === 'idempotency-key'),
  )
  assert.ok(keyed.length > 0, 'no operation takes a key')
  for (const operation of keyed) {
    const good = goodRequest(operation, first, { ...samples, 'idempotency-key': ['replayed'] })
    const request = { ...good, headers: { ...headers, ...good.headers } }
    const answer = await send(url, textOf(request))
    assert.deepEqual(await send(url, textOf(request)), answer, operation.id)
    const changed = Object.entries(JSON.parse(request.body ?? '{}') as Record<string, unknown>).map(
      ([name, value]) => [name, typeof value === 'number' ? value + 1 : `${String(value)}x`],
    )
    for (const [name, value] of changed) {
      const body = JSON.stringify({ ...(JSON.parse(request.body ?? '{}') as object), [String(name)]: value })
      const { status } = await send(url, textOf({ ...request, body }))
      assert.equal(status, 422, `${operation.id} with another ${String(name)}`)
    }
  }
}

export interface RawAnswer {
  status: number
  body: string
}

/** As text, because a client library would refuse to send most of it. */
export async function send(url: string, text: string): Promise<RawAnswer> {
  const { port, hostname } = new URL(url)
  const socket = connect(Number(port), hostname)
  socket.on('error', () => {}) // a refusal may come before all was sent
  socket.write(text)
  let answer = ''
  socket.setEncoding('utf8').on('data', (chunk: string) => (answer += chunk))
  await once(socket, 'close', { signal: AbortSignal.timeout(answerWithinMs) })
  const [, status = '', body = ''] =
    /^(?:HTTP\/1\.1 100 .*\r\n\r\n)?HTTP\/1\.1 (\d{3}) [^]*?\r\n\r\n([^]*)$/.exec(answer) ?? []
  return { status: Number(status || Number.NaN), body }
}

export function textOf({ method, target, headers, body = '' }: TestRequest): string {
  const lines = Object.entries({ host: 'fuzzed', connection: 'close', ...headers }).map(
    ([name, value]) => `${name}: ${value}`,
  )
  const length = `content-length: ${Buffer.byteLength(body)}`
  return `${method} ${target} HTTP/1.1\r\n${[...lines, length].join('\r\n')}\r\n\r\n${body}`
}

const strangeTargets = [
  '/',
  '//',
  '/%zz',
  '/%00',
  '/..%2f..%2fetc',
  '/%F0%9F%92%A9',
  '/openapi.json',
  '/openapi.json/x',
  '/readyz?x=%zz',
  '*',
  `/${'a'.repeat(4000)}`,
]
const strangePieces = [
  '',
  '%00',
  '%zz',
  '..%2f..',
  'a'.repeat(300),
  "';--",
  '-1',
  'null',
  '?',
  '?&=',
  '%2e%2e',
]
const strangeBodies = [
  '',
  '{',
  'null',
  '[]',
  '"x"',
  '0',
  '1e999',
  '{"__proto__":{}}',
  '{"constructor":{"prototype":{"x":1}}}',
  '{"ids":["\\u0000"]}',
  '['.repeat(5000),
  '{"a":'.repeat(5000),
  '\u0000',
  '\ufeff{}',
]
const strangeHeaders: Record<string, readonly string[]> = {
  authorization: ['', 'Bearer', 'Bearer x', 'Basic eDp5', 'x'.repeat(5000)],
  'idempotency-key': ['', 'k'.repeat(300), '\u00ff'],
  'x-deadline-ms': ['', '-1', '0', '1e3', '99999999999', 'x'],
  'x-retry-attempt': ['-1', 'x', '1e999'],
  traceparent: ['x', '00-0-0-0', '', `00-${'0'.repeat(32)}-${'0'.repeat(16)}-01`],
  'content-type': ['', 'x', 'text/plain', 'multipart/form-data', 'application/json; charset=utf-16'],
  'content-encoding': ['gzip', 'x'],
  'transfer-encoding': ['chunked', 'x'],
  expect: ['100-continue'],
  host: ['', 'x y', '[::'],
  upgrade: ['websocket'],
}
const strangeMethods = ['HEAD', 'OPTIONS', 'TRACE', 'PROPFIND', 'DELETE', 'PATCH', 'get', 'X']

/** A request with one to three things about it that nobody declared. */
function strangeText(request: TestRequest, pick: Pick): string {
  const changes: ((one: TestRequest) => TestRequest)[] = [
    (one) => ({ ...one, target: pick(strangeTargets) }),
    (one) => ({ ...one, target: one.target.replace(/[^/]+$/, pick(strangePieces)).replaceAll(' ', '+') }),
    (one) => ({ ...one, target: `${one.target}${pick(['?', '/', '&'])}${pick(strangePieces)}` }),
    (one) => ({ ...one, body: pick(strangeBodies) }),
    (one) => ({ ...one, body: (one.body ?? '').slice(0, -1) }),
    (one) => ({ ...one, method: pick(strangeMethods) }),
    (one) => {
      const name = pick(Object.keys(strangeHeaders))
      return { ...one, headers: { ...one.headers, [name]: pick(strangeHeaders[name] ?? ['']) } }
    },
  ]
  let strange = request
  for (const _ of pick([[1], [1, 2], [1, 2, 3]])) strange = pick(changes)(strange)
  return textOf(strange)
}

/** The same stream of numbers for the same seed (mulberry32). */
export function chance(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

async function inTurns<T>(list: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const waiting = list.values()
  const one = async (): Promise<void> => {
    for (const item of waiting) await work(item)
  }
  await Promise.all(Array.from({ length: atOnce }, one))
}
