import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { runForTest, runStandIn } from '@system/platform/testing'
import { fuzz, send, textOf } from '@system/platform/testing-fuzz'
import { goodRequest, readOperations } from '@system/platform/testing-requests'
import { exportJWK, generateKeyPair, SignJWT, UnsecuredJWT } from 'jose'
import { service } from '../src/service.ts'

const order = { id: 'o1', status: 'confirmed', sku: 'book', quantity: 1, amountCents: 1999, version: 2 }

/** Plays order, which answers by contract. */
const runOrder = (t: TestContext) =>
  runStandIn(t, ({ method }) => ({ status: method === 'POST' ? 201 : 200, body: order }))

test('whatever is sent to it is answered, as declared, and never with 5xx', async (t) => {
  const { url: orderUrl } = await runOrder(t)
  const { url } = await runForTest(t, service, { ORDER_URL: orderUrl, DEV_TOKENS: '1' })
  const drop = send(url, 'GET /orders/o1 HTTP/1.1\r\nhost: ')
  const huge = await send(url, `GET /orders/o1 HTTP/1.1\r\nhost: x\r\nx: ${'x'.repeat(10_000)}\r\n\r\n`)
  assert.equal(huge.status, 431)
  const { token } = (await (await fetch(`${url}/token`, { method: 'POST' })).json()) as { token: string }
  const seen = await fuzz({ url, seed: 42, count: 800, headers: { authorization: `Bearer ${token}` } })
  for (const one of ['placeOrder 201', 'readOrder 200', 'issueToken 200', 'readKeys 200'])
    assert.ok(seen.has(one), `never ${one}: ${[...seen.keys()].join(', ')}`)
  assert.equal((await drop).status, 408, 'a request that comes by the drop is cut')
})

test('what needs a token gets 401 with one that is not valid, and 403 with one that allows something else', async (t) => {
  const { url: orderUrl, requests } = await runOrder(t)
  const { privateKey, publicKey } = await generateKeyPair('EdDSA')
  const stranger = await generateKeyPair('EdDSA')
  const jwk = { ...(await exportJWK(publicKey)), kid: 'k1', use: 'sig' }
  const { url: jwksUrl } = await runStandIn(t, () => ({ status: 200, body: { keys: [jwk] } }))
  const env = { ORDER_URL: orderUrl, JWKS_URL: jwksUrl, TOKEN_ISSUER: 'issuer', RATE_LIMIT: '0' }
  const { url } = await runForTest(t, service, env)

  const claims = { sub: 'ada', iss: 'issuer', aud: 'gateway', scope: 'orders:read orders:write' }
  const exp = Math.floor(Date.now() / 1000) + 600
  const sign = (more: object, key = privateKey) =>
    new SignJWT({ ...claims, exp, ...more }).setProtectedHeader({ alg: 'EdDSA', kid: 'k1' }).sign(key)
  const refused: Record<string, string | undefined> = {
    none: undefined,
    nonsense: 'x',
    expired: await sign({ exp: exp - 1200 }),
    'alg none': new UnsecuredJWT({ ...claims, exp }).encode(),
    'wrong audience': await sign({ aud: 'bank' }),
    'wrong issuer': await sign({ iss: 'somebody' }),
    'of a stranger': await sign({}, stranger.privateKey),
  }
  const guarded = (await readOperations(url)).filter(({ isGuarded }) => isGuarded)
  assert.deepEqual(
    guarded.map(({ id }) => id),
    ['placeOrder', 'readOrder'],
  )
  const first = <T>(list: readonly T[]) => list[0] as T
  for (const operation of guarded) {
    const request = goodRequest(operation, first)
    const ask = async (token: string | undefined) => {
      const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` }
      return (await send(url, textOf({ ...request, headers: { ...request.headers, ...authorization } })))
        .status
    }
    for (const [what, token] of Object.entries(refused))
      assert.equal(await ask(token), 401, `${operation.id}: ${what}`)
    assert.equal(await ask(await sign({ scope: 'orders:nothing' })), 403, operation.id)
    assert.equal(requests.length, 0)
  }
  for (const operation of guarded) {
    const request = goodRequest(operation, first)
    const headers = { ...request.headers, authorization: `Bearer ${await sign({})}` }
    assert.ok((await send(url, textOf({ ...request, headers }))).status < 300, operation.id)
  }
  // What needs none is not told to bring a better one; what is for development is not there.
  const open = (method: string, target: string) =>
    send(url, textOf({ method, target, headers: { authorization: 'Bearer x' } }))
  assert.equal((await open('GET', '/openapi.json')).status, 200)
  assert.equal((await open('POST', '/token')).status, 404)
  assert.equal((await open('GET', '/.well-known/jwks.json')).status, 404)
})
