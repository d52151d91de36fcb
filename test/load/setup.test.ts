import { describe, expect, test } from 'vitest'
import { UserError } from '../../src/errors.ts'
import type { SetupStep } from '../../src/load/scenario.ts'
import { runSetup, type SetupRequest } from '../../src/load/setup.ts'

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

const answering =
  (...answers: { status: number; body: string }[]) =>
  (sent: SetupRequest[]) => ({
    uuid: () => 'a-uuid',
    send: async (request: SetupRequest) => {
      sent.push(request)
      const answer = answers[sent.length - 1]
      if (answer === undefined) throw Object.assign(new Error('connect'), { code: 'ECONNREFUSED' })
      return answer
    },
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
    headers: { 'content-type': 'application/json', authorization: 'Bearer t1', 'idempotency-key': 'a-uuid' },
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
      'has no body.token',
    ],
    [
      'an object to capture',
      step({ capture: { token: 'body.a' } }),
      [{ status: 200, body: '{"a":{}}' }],
      'has no body.a',
    ],
  ])('%s', async (_, failing, answers, reason) => {
    const run = runSetup([failing], answering(...answers)([]))
    await expect(run).rejects.toThrow(UserError)
    await expect(runSetup([failing], answering(...answers)([]))).rejects.toThrow(reason)
    await expect(runSetup([failing], answering(...answers)([]))).rejects.toThrow('load/default.yaml:5:5')
  })
})
