import { describe, expect, test } from 'vitest'
import { UserError } from '../../src/errors.ts'
import type { SetupStep } from '../../src/load/scenario.ts'
import { runSetup, type SetupAnswer, type SetupRequest } from '../../src/load/setup.ts'

const step = (part: Partial<SetupStep>): SetupStep => ({
  name: 'token',
  method: 'POST',
  path: '/token',
  headers: {},
  body: null,
  expect: null,
  capture: {},
  place: { file: 'load/default.yaml', line: 5, column: 5 },
  ...part,
})

type Answer = Pick<SetupAnswer, 'status' | 'body'> & Partial<SetupAnswer>

/** A clock on which a wait takes its time, and nothing else does. */
const waitedOn = (waits: number[]) => ({
  monotonicMs: () => waits.reduce((sum, ms) => sum + ms, 0),
  sleep: async (ms: number) => void waits.push(ms),
})

const answering =
  (...answers: Answer[]) =>
  (sent: SetupRequest[], waits: number[] = []) => ({
    uuid: () => `uuid-${sent.length + 1}`,
    clock: waitedOn(waits),
    send: async (request: SetupRequest) => {
      sent.push(request)
      const answer = answers[sent.length - 1]
      if (answer === undefined) throw Object.assign(new Error('connect'), { code: 'ECONNREFUSED' })
      return { head: '', retryAfterMs: null, ...answer }
    },
  })

test('a step captures headers as it does values of the body', async () => {
  const head = 'HTTP/1.1 201 Created\r\nLocation: /carts/7\r\nx-a: b'
  const ports = answering({ status: 201, body: '{"by":true}', head })([])
  const capture = { cart: 'header.location', isOurs: 'body.by' }
  expect(await runSetup([step({ capture })], ports)).toEqual({ cart: '/carts/7', isOurs: true })
})

test('what a step captures is known to the next one and to the run', async () => {
  const sent: SetupRequest[] = []
  const ports = answering(
    { status: 200, body: '{"token":"t1"}' },
    { status: 202, body: '{"items":[{"id":7}]}' },
  )(sent)
  const variables = await runSetup(
    [
      step({ capture: { token: 'body.token' } }),
      step({
        name: 'order',
        path: '/orders',
        headers: { authorization: 'Bearer {{token}}', 'idempotency-key': '{{uuid}}' },
        body: { by: '{{token}}' },
        capture: { orderId: 'body.items.0.id' },
      }),
    ],
    ports,
  )
  expect(variables).toEqual({ token: 't1', orderId: 7 })
  expect(sent[1]).toEqual({
    method: 'POST',
    path: '/orders',
    headers: { 'content-type': 'application/json', authorization: 'Bearer t1', 'idempotency-key': 'uuid-2' },
    body: '{"by":"t1"}',
  })
})

describe('a failed step says which one, where it stands and what was answered', () => {
  test.each([
    ['no answer', step({}), [], 'there was no answer (ECONNREFUSED)'],
    [
      'an error',
      step({}),
      [{ status: 500, body: '{"error":"db\\n down"}' }],
      'it answered 500 instead of a status below 400: {"error":"db\\n down"}',
    ],
    [
      'another status',
      step({ expect: [201, 202] }),
      [{ status: 200, body: '' }],
      'it answered 200 instead of 201 or 202',
    ],
    [
      'no such field',
      step({ capture: { token: 'body.token' } }),
      [{ status: 200, body: '{"a":1}' }],
      'its answer has no body.token to capture as token: {"a":1}',
    ],
    [
      'no JSON',
      step({ capture: { token: 'body.token' } }),
      [{ status: 200, body: '<html>' }],
      'its answer has no body.token to capture as token, and is no JSON.',
    ],
    [
      'a token by another name, which is not repeated',
      step({ capture: { token: 'body.token' } }),
      [{ status: 200, body: '{"access_token":"secret","user":{"id":7,"name":"ada"}}' }],
      'its answer has no body.token to capture as token: {"access_token":"…","user":{"id":7,"name":"…"}}.',
    ],
    [
      'an object to capture',
      step({ capture: { token: 'body.a' } }),
      [{ status: 200, body: '{"a":{}}' }],
      'has no body.a',
    ],
    [
      'a header that is not there',
      step({ capture: { cart: 'header.location' } }),
      [{ status: 200, body: '', head: 'HTTP/1.1 200 OK\r\nx-location: /a' }],
      'has no header.location to capture as cart',
    ],
  ])('%s', async (_, failing, answers, reason) => {
    const run = runSetup([failing], answering(...answers)([]))
    await expect(run).rejects.toThrow(UserError)
    await expect(runSetup([failing], answering(...answers)([]))).rejects.toThrow(reason)
    await expect(runSetup([failing], answering(...answers)([]))).rejects.toThrow('load/default.yaml:5:5')
  })
})

describe('a target that cannot answer yet is asked again', () => {
  const keyed = step({ headers: { 'Idempotency-Key': '{{uuid}}' } })
  const taken: Answer = { status: 202, body: '' }

  test.each<[string, SetupStep, Answer[], number[]]>([
    ['after as long as it said', step({}), [{ status: 503, body: '', retryAfterMs: 2000 }, taken], [2000]],
    ['not at once, whatever it said', step({}), [{ status: 429, body: '', retryAfterMs: 0 }, taken], [500]],
    [
      'with an Idempotency-Key, also when nobody knows what became of it',
      keyed,
      [{ status: 504, body: '' }, { status: 502, body: '' }, taken],
      [500, 500],
    ],
  ])('%s', async (_, asked, answers, expected) => {
    const [sent, waits]: [SetupRequest[], number[]] = [[], []]
    await runSetup([asked], answering(...answers)(sent, waits))
    expect(waits).toEqual(expected)
    expect(sent).toHaveLength(answers.length)
    // The same key each time, or it would be done twice.
    expect(new Set(sent.map((request) => JSON.stringify(request))).size).toBe(1)
  })

  test.each<[string, SetupStep, Answer]>([
    ['a 504 to a step without a key', step({}), { status: 504, body: '' }],
    ['a 503 that does not ask for it', step({}), { status: 503, body: '' }],
    ['a 500', keyed, { status: 500, body: '', retryAfterMs: 1000 }],
    ['a wait of more than ten seconds', step({}), { status: 503, body: '', retryAfterMs: 10_001 }],
  ])('but not for %s', async (_, asked, answer) => {
    const [sent, waits]: [SetupRequest[], number[]] = [[], []]
    await expect(runSetup([asked], answering(answer, taken)(sent, waits))).rejects.toThrow(
      `it answered ${answer.status} instead of`,
    )
    expect(waits).toEqual([])
  })

  test('and not for longer than ten seconds, which the failure says', async () => {
    const sent: SetupRequest[] = []
    const away: Answer = { status: 503, body: 'no', retryAfterMs: 3000 }
    const run = runSetup([keyed], answering(away, away, away, away, away, taken)(sent))
    await expect(run).rejects.toThrow('it answered 503, 4 times, instead of a status below 400: no')
    expect(sent).toHaveLength(4)
  })

  test('an answer that was expected is none to wait for', async () => {
    const sent: SetupRequest[] = []
    await runSetup([step({ expect: [503] })], answering({ status: 503, body: '', retryAfterMs: 1 })(sent))
    expect(sent).toHaveLength(1)
  })
})
