import { describe, expect, test } from 'vitest'
import { UserError } from '../../src/errors.ts'
import { parseScenario } from '../../src/load/scenario.ts'

const scenario = (rest: string): string => `apiVersion: msvc/v1\nkind: Scenario\nname: default\n${rest}`

const whole =
  scenario(`setup:                       # once, before the first arrival; captures become variables
  - {name: token, method: POST, path: /token, expect: 200, capture: {token: body.token}}
  - {name: seed order, method: POST, path: /orders, headers: {authorization: "Bearer {{token}}", idempotency-key: "{{uuid}}"}, body: {sku: seed, quantity: 1, amountCents: 500}, capture: {orderId: body.id}}
requests:
  - {name: read order, weight: 80, method: GET, path: "/orders/{{orderId}}", headers: {authorization: "Bearer {{token}}"}}
  - {name: place order, weight: 20, method: POST, path: /orders, headers: {authorization: "Bearer {{token}}", idempotency-key: "{{uuid}}"}, body: {sku: book, quantity: 1, amountCents: 1999}}
`)

test('a whole scenario is read', () => {
  const { name, setup, requests } = parseScenario(whole, 'load/default.yaml')
  expect(name).toBe('default')
  expect(setup.map((step) => [step.name, step.method, step.path, step.expect, step.capture])).toEqual([
    ['token', 'POST', '/token', [200], { token: 'body.token' }],
    ['seed order', 'POST', '/orders', null, { orderId: 'body.id' }],
  ])
  expect(requests.map((request) => [request.name, request.weight, request.body])).toEqual([
    ['read order', 80, null],
    ['place order', 20, { sku: 'book', quantity: 1, amountCents: 1999 }],
  ])
  expect(requests[1]?.place).toEqual({ file: 'load/default.yaml', line: 9, column: 5 })
})

test('method and weight may be left out, expect may be a list', () => {
  const { requests } = parseScenario(
    scenario('requests:\n  - {name: a, path: /, expect: [200, 404]}\n'),
    'a.yaml',
  )
  expect(requests[0]).toMatchObject({ method: 'GET', weight: 1, expect: [200, 404], headers: {} })
})

describe('a mistake is told with its place and what was expected', () => {
  test.each([
    ['nothing', '', '1:1', 'the file'],
    [
      'another kind',
      'apiVersion: msvc/v1\nkind: System\nname: x\nrequests: [{name: a, path: /}]\n',
      '2:7',
      'expected: "Scenario"',
    ],
    ['broken YAML', scenario('requests: [a\n'), '5:1', ''],
    ['no requests', scenario('setup: []\n'), '1:1', 'the file needs requests'],
    ['an empty list', scenario('requests: []\n'), '4:11', 'requests is []'],
    [
      'an unknown field',
      scenario('requests:\n  - {name: a, path: /, wait: 3}\n'),
      '5:24',
      'requests.0.wait is not known here',
    ],
    ['no path', scenario('requests:\n  - {name: a}\n'), '5:5', 'requests.0 needs path'],
    [
      'a relative path',
      scenario('requests:\n  - {name: a, path: orders}\n'),
      '5:21',
      'expected: a path from the root',
    ],
    [
      'a method that is none',
      scenario('requests:\n  - {name: a, path: /, method: FETCH}\n'),
      '5:32',
      'is "FETCH"; expected: GET, HEAD',
    ],
    ['weight 0', scenario('requests:\n  - {name: a, path: /, weight: 0}\n'), '5:32', 'weight'],
    [
      'an impossible status',
      scenario('requests:\n  - {name: a, path: /, expect: ok}\n'),
      '5:32',
      'expected: the status that counts as ok',
    ],
    [
      'an unknown variable',
      scenario('requests:\n  - {name: a, path: "/{{who}}"}\n'),
      '5:21',
      '{{who}} is not known here',
    ],
    [
      'a variable before its capture',
      scenario(
        'setup:\n  - {name: a, path: "/{{id}}", capture: {id: body.id}}\nrequests:\n  - {name: b, path: /}\n',
      ),
      '5:21',
      '{{id}} is not known here',
    ],
    [
      'a capture from nowhere',
      scenario(
        'setup:\n  - {name: a, path: /, capture: {id: answer.id}}\nrequests:\n  - {name: b, path: /}\n',
      ),
      '5:38',
      'expected: a path into the answer',
    ],
    [
      'requests that are no list',
      scenario('requests: {name: a}\n'),
      '4:11',
      'requests is {"name":"a"}; it must be array',
    ],
  ])('%s', (_, text, place, reason) => {
    const read = (): unknown => parseScenario(text, 'load/x.yaml')
    expect(read).toThrow(UserError)
    expect(read).toThrow(`load/x.yaml:${place}: `)
    expect(read).toThrow(reason)
  })
})
