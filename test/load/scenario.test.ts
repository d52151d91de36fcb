import { describe, expect, test } from 'vitest'
import { UserError } from '../../src/errors.ts'
import { shapeText } from '../../src/load/shape-text.ts'
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
  expect(requests.map(({ name: called, weight, steps }) => [called, weight, steps[0]?.body])).toEqual([
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
  expect(requests[0]).toMatchObject({
    weight: 1,
    steps: [{ method: 'GET', expect: [200, 404], headers: {} }],
  })
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
    ['no path', scenario('requests:\n  - {name: a}\n'), '5:5', 'a needs either a path or steps'],
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
      'two requests of one name',
      scenario('requests:\n  - {name: a, path: /}\n  - {path: /b, name: a}\n'),
      '6:22',
      'two requests are called a',
    ],
    [
      'a name that no variable can have',
      scenario('requests:\n  - {name: a, path: /, body: {to: "{{first-name}}"}}\n'),
      '5:30',
      '{{first-name}} is not known here',
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

const steps = `requests:
  - name: buy
    steps:
      - {method: POST, path: /login, body: {name: "{{users.name}}"}, capture: {id: body.id, at: header.location}, think: 1.5s}
      - {name: look, path: "{{at}}", checks: {contains: book, json: {body.state: open}}}
feeds: {users: {file: users.csv, pick: random}}
`

test('a request may be several steps, with rows of a feed, captures, checks and pauses', () => {
  const { requests, feeds } = parseScenario(scenario(steps), 'load/a.yaml')
  expect(feeds).toMatchObject([{ name: 'users', file: 'users.csv', pick: 'random' }])
  expect(requests[0]?.steps).toMatchObject([
    { name: 'buy, step 1', thinkMs: 1500, capture: { id: 'body.id', at: 'header.location' }, checks: [] },
    {
      name: 'look',
      thinkMs: 0,
      checks: [
        { kind: 'contains', text: 'book' },
        { kind: 'json', path: 'body.state', equals: 'open' },
      ],
    },
  ])
})

test.each([
  ['executor: constant-arrival-rate, rate: 600, timeUnit: 1m, duration: 20s', '10 rps for 20s'],
  [
    'executor: ramping-arrival-rate, startRate: 5, stages: [{target: 50, duration: 10s}, {target: 0, duration: 1m}], arrivals: poisson',
    '5 rps → 50 rps in 10s → 0 rps in 1m, Poisson arrivals',
  ],
])('a schedule in the words of k6: %s', (load, text) => {
  const read = parseScenario(scenario(`load: {${load}}\nrequests: [{name: a, path: /}]\n`), 'a.yaml')
  expect(shapeText(read.load!)).toBe(text)
})

test.each([
  ['load: {executor: constant-arrival-rate, rate: 5}', '4:18', 'needs rate and duration'],
  ['load: {executor: ramping-arrival-rate}', '4:18', 'needs stages'],
  ['load: {executor: constant-arrival-rate, rate: 0, duration: 1s}', '4:47', 'load.rate is 0'],
  ['load: {executor: constant-arrival-rate, rate: 5, duration: 0s}', '4:60', 'load.duration is 0'],
  [
    'load: {executor: constant-arrival-rate, rate: 5, duration: 1s, timeUnit: 0s}',
    '4:74',
    'load.timeUnit is 0',
  ],
  [
    'load: {executor: constant-arrival-rate, rate: 5, duration: 1s, startRate: 2}',
    '4:64',
    'does not heed startRate',
  ],
  [
    'load: {executor: ramping-arrival-rate, stages: [{target: 5, duration: 1s}], rate: 2}',
    '4:77',
    'does not heed rate',
  ],
  ['load: {executor: shared-iterations}', '4:18', 'constant-arrival-rate or ramping-arrival-rate'],
])('%s is told', (load, place, reason) => {
  const read = () => parseScenario(scenario(`${load}\nrequests: [{name: a, path: /}]\n`), 'a.yaml')
  expect(read).toThrow(`a.yaml:${place}: `)
  expect(read).toThrow(reason)
})

describe('thresholds', () => {
  const withThresholds = (...texts: string[]): string =>
    scenario(
      `thresholds:\n${texts.map((text) => `  - '${text}'\n`).join('')}requests:\n  - {name: a b, path: /}\n`,
    )

  test('are read as the command line writes them', () => {
    const { thresholds } = parseScenario(withThresholds('p99<200ms', 'p90{a b}<1s'), 'a.yaml')
    expect(thresholds?.map(({ expression, request }) => [expression, request])).toEqual([
      ['p99<200ms', null],
      ['p90{a b}<1s', 'a b'],
    ])
  })

  test.each([
    ['p99<200', 'unit of time'],
    ['p99{pay}<1s', 'one of the requests: a b'],
  ])('%s is refused at its place', (text, hint) => {
    expect(() => parseScenario(withThresholds('errors<1%', text), 'a.yaml')).toThrow(
      expect.objectContaining({
        message: expect.stringContaining('a.yaml:6:5') as string,
        next: expect.stringContaining(hint) as string,
      }) as Error,
    )
  })
})
