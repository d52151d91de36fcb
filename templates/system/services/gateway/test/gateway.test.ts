import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import {
  deadUrl,
  runForTest,
  runStandIn,
  temporaryFolder,
  type StandInAnswer,
} from '@system/platform/testing'
import { service } from '../src/service.ts'

const json = { 'content-type': 'application/json' }
const book = '{"sku":"book","quantity":1,"amountCents":1999}'

async function runGateway(
  t: TestContext,
  orderUrl: string,
  env: Record<string, string> = { DEV_TOKENS: '1' },
) {
  const { url } = await runForTest(t, service, { ORDER_URL: orderUrl, ...env })
  const ask = (path: string, options: RequestInit = {}) => fetch(url + path, options)
  const authorization = async (query = '') => {
    const issued = await ask(`/token${query}`, { method: 'POST' })
    return { authorization: `Bearer ${((await issued.json()) as { token: string }).token}` }
  }
  return { ask, authorization }
}

test('an order goes on as it came, and the answer comes back as it is', async (t) => {
  const order = await runStandIn(t, () => ({ status: 202, body: { id: 'o1', status: 'pending_payment' } }))
  const { ask, authorization } = await runGateway(t, order.url)
  const headers = { ...json, ...(await authorization()), 'idempotency-key': 'k1', 'x-subject': 'root' }
  const response = await ask('/orders', { method: 'POST', headers, body: book })
  assert.equal(response.status, 202)
  assert.deepEqual(await response.json(), { id: 'o1', status: 'pending_payment' })
  const [request] = order.requests
  assert.deepEqual([request?.method, request?.path, request?.body], ['POST', '/orders', book])
  assert.equal(request?.headers['idempotency-key'], 'k1')
  assert.equal(request?.headers['x-subject'], 'developer', 'who is asking stands in the token')
  assert.equal(request?.headers.authorization, undefined, 'the token stays at the gateway')
})

test('a token is of the subject that was named, so that what belongs to whom can be tried by hand', async (t) => {
  const order = await runStandIn(t, () => ({ status: 200, body: {} }))
  const { ask, authorization } = await runGateway(t, order.url)
  await ask('/orders/o1', { headers: await authorization('?subject=ann') })
  await ask('/orders/o1', { headers: await authorization('?subject=Zo%C3%AB%20B') })
  assert.deepEqual(
    order.requests.map(({ headers }) => headers['x-subject']),
    ['ann', 'Zo%C3%AB%20B'],
  )
  const refused = ['?subject=', `?subject=${'x'.repeat(101)}`, '?subject=ann&subject=bob']
  for (const query of refused) assert.equal((await ask(`/token${query}`, { method: 'POST' })).status, 400)
})

test('tokens are given out in development only', async (t) => {
  const orderUrl = await deadUrl()
  const { ask } = await runGateway(t, orderUrl, { JWKS_URL: await deadUrl() })
  for (const path of ['/token', '/token?subject=ann']) {
    assert.equal((await ask(path, { method: 'POST' })).status, 404)
  }
  assert.equal((await ask('/.well-known/jwks.json')).status, 404)
  await assert.rejects(runGateway(t, orderUrl, {}), /JWKS_URL is not set/)
})

test('what is not an order is refused here, and order is not asked', async (t) => {
  const order = await runStandIn(t, () => ({ status: 201, body: {} }))
  const { ask, authorization } = await runGateway(t, order.url)
  const headers = { ...json, ...(await authorization()) }
  const table: [string, number][] = [
    ['{"sku":"book","quantity":1,"amountCents":99999999999999999999}', 400],
    ['{"sku":"book","quantity":1,"amountCents":"1999"}', 400],
    ['{"sku":"book","quantity":1}', 400],
    ['[]', 400],
    ['', 400],
    ['{', 400],
    [JSON.stringify({ sku: 'x'.repeat(70_000) }), 413],
  ]
  for (const [body, status] of table) {
    assert.equal((await ask('/orders', { method: 'POST', headers, body })).status, status, body.slice(0, 80))
  }
  const text = { ...headers, 'content-type': 'text/plain' }
  assert.equal((await ask('/orders', { method: 'POST', headers: text, body: book })).status, 415)
  assert.equal((await ask(`/orders/a%20b`, { headers })).status, 400)
  assert.equal(order.requests.length, 0)
})

test('a token is still good after a restart of the gateway', async (t) => {
  const order = await runStandIn(t, () => ({ status: 200, body: {} }))
  const env = { DEV_TOKENS: '1', DATA_DIR: temporaryFolder(t) }
  const headers = await (await runGateway(t, order.url, env)).authorization()
  const { ask } = await runGateway(t, order.url, env)
  assert.equal((await ask('/orders/o1', { headers })).status, 200)
})

test('when order is away or broken, the client is told to come back', async (t) => {
  const troubles: StandInAnswer[] = ['reset', { status: 500, body: { error: 'inner detail' } }]
  const urls = await Promise.all(troubles.map(async (trouble) => (await runStandIn(t, () => trouble)).url))
  for (const orderUrl of [...urls, await deadUrl()]) {
    const { ask, authorization } = await runGateway(t, orderUrl)
    const response = await ask('/orders/o1', { headers: await authorization() })
    assert.equal(response.status, 503)
    assert.equal(response.headers.get('retry-after'), '1')
    assert.doesNotMatch(await response.text(), /inner/)
  }
})

test('how long order asks to stay away is passed on to the client', async (t) => {
  const date = new Date().toUTCString()
  const later = new Date(Date.parse(date) + 30_000).toUTCString()
  const table: [status: number, said: string, answered: number, retryAfter: string][] = [
    [429, '7', 429, '7'],
    [503, '7', 503, '7'],
    [503, later, 503, '30'],
    [503, 'soon', 503, '1'],
  ]
  for (const [status, said, answered, retryAfter] of table) {
    const order = await runStandIn(t, () => ({ status, headers: { date, 'retry-after': said } }))
    const { ask, authorization } = await runGateway(t, order.url)
    const response = await ask('/orders/o1', { headers: await authorization() })
    assert.deepEqual([response.status, response.headers.get('retry-after')], [answered, retryAfter], said)
  }
})

test('once the breaker is open, order is left alone and the answer is quick', async (t) => {
  const order = await runStandIn(t, () => ({ status: 500 }))
  const { ask, authorization } = await runGateway(t, order.url)
  const headers = await authorization()
  for (let count = 0; count < 30; count += 1) assert.equal((await ask('/orders/o1', { headers })).status, 503)
  const asked = order.requests.length
  assert.ok(asked >= 20 && asked <= 23, `${asked} requests: 20 calls and what the budget allows of retries`)
})

test('while order is away, an order that was read a moment ago is answered as it was, and marked', async (t) => {
  let isAway = false
  const order = await runStandIn(t, () =>
    isAway ? 'reset' : { status: 200, body: { id: 'o1', status: 'confirmed' } },
  )
  const { ask, authorization } = await runGateway(t, order.url)
  const headers = await authorization()
  const fresh = await ask('/orders/o1', { headers })
  assert.equal(fresh.headers.get('x-degraded'), null)
  isAway = true
  const stale = await ask('/orders/o1', { headers })
  assert.deepEqual([stale.status, stale.headers.get('x-degraded')], [200, 'stale'])
  assert.deepEqual(await stale.json(), { id: 'o1', status: 'confirmed' })
  assert.equal((await ask('/orders/o2', { headers })).status, 503)
  const key = { ...json, ...headers, 'idempotency-key': 'k1' }
  assert.equal((await ask('/orders', { method: 'POST', headers: key, body: book })).status, 503)
})

test('an order is read as it was at a version or a time, and no such answer stands in for another', async (t) => {
  let isAway = false
  const order = await runStandIn(t, ({ path }) => (isAway ? 'reset' : { status: 200, body: { path } }))
  const { ask, authorization } = await runGateway(t, order.url)
  const headers = await authorization()
  const paths = [
    '/orders/o1',
    '/orders/o1?version=1',
    '/orders/o1?version=2',
    '/orders/o1?at=2026-02-01T10%3A00%3A00Z',
  ]
  for (const path of paths) assert.deepEqual(await (await ask(path, { headers })).json(), { path })
  isAway = true
  for (const path of paths) assert.deepEqual(await (await ask(path, { headers })).json(), { path })
  assert.equal((await ask('/orders/o1?version=3', { headers })).status, 503)
  assert.equal((await ask('/orders/o1?version=first', { headers })).status, 400)
})

test('a read that failed once is asked for again, and the client never knows', async (t) => {
  let asked = 0
  const order = await runStandIn(t, () => {
    asked += 1
    return asked === 1 ? 'reset' : { status: 200, body: { id: 'o1' } }
  })
  const env = { DEV_TOKENS: '1', ORDER_POLICY: '{"retryBudget":{"perSecond":1000}}' }
  const { ask, authorization } = await runGateway(t, order.url, env)
  assert.equal((await ask('/orders/o1', { headers: await authorization() })).status, 200)
  assert.deepEqual(
    order.requests.map(({ headers }) => headers['x-retry-attempt']),
    ['0', '1'],
  )
})

test('a client outside may want less time, but no more, and decides nothing about retries', async (t) => {
  const order = await runStandIn(t, () => ({ status: 200, body: {} }))
  const { ask, authorization } = await runGateway(t, order.url)
  const strange = { 'x-deadline-ms': '99999', 'x-retry-attempt': '5' }
  assert.equal((await ask('/orders/o1', { headers: { ...(await authorization()), ...strange } })).status, 200)
  const [request] = order.requests
  assert.equal(request?.headers['x-retry-attempt'], '0')
  assert.equal(request?.headers['x-deadline-ms'], '1500')
  const hurried = { ...(await authorization()), 'x-deadline-ms': '900' }
  await ask('/orders/o1', { headers: hurried })
  assert.ok(Number(order.requests[1]?.headers['x-deadline-ms']) <= 890)
})
