import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { test } from 'node:test'
import { deadUrl, runForTest } from '@system/platform/testing'
import { SignJWT, UnsecuredJWT } from 'jose'
import { service as orderService } from '../../order/src/service.ts'
import { claims, makeKey, nowS, runGateway, sign } from './issued-tokens.ts'

const book = '{"sku":"book","quantity":1,"amountCents":1999}'

test('a token that is not valid gets 401, whatever is wrong with it, and order is not asked', async (t) => {
  const key = await makeKey('k1')
  const stranger = await makeKey('k1')
  const { read, order, url } = await runGateway(t, [key])
  const good = await sign(key, claims())
  const [head, payload, signature] = good.split('.') as [string, string, string]
  const other = Buffer.from(JSON.stringify({ ...claims(), sub: 'root' })).toString('base64url')
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey
  const secret = new TextEncoder().encode(JSON.stringify(key.jwk))
  const { exp: _, ...endless } = claims()
  const { sub: __, ...nameless } = claims()
  const table: [what: string, token: string | undefined][] = [
    ['none at all', undefined],
    ['alg none', new UnsecuredJWT(claims()).encode()],
    [
      'alg none with a signature',
      `${Buffer.from('{"alg":"none"}').toString('base64url')}.${payload}.${signature}`,
    ],
    [
      'a shared secret made of the public key',
      await new SignJWT(claims()).setProtectedHeader({ alg: 'HS256', kid: 'k1' }).sign(secret),
    ],
    ['another algorithm', await sign({ ...key, privateKey: rsa }, claims(), 'RS256')],
    ['another issuer', await sign(key, { ...claims(), iss: 'somebody' })],
    ['another audience', await sign(key, { ...claims(), aud: 'bank' })],
    ['expired', await sign(key, { ...claims(), exp: nowS() - 60 })],
    ['not yet valid', await sign(key, { ...claims(), nbf: nowS() + 600 })],
    ['without an end', await sign(key, endless)],
    ['without a subject', await sign(key, nameless)],
    ['of a stranger with the same key id', await sign(stranger, claims())],
    ['of an unknown key', await sign({ ...key, kid: 'k9' }, claims())],
    ['another payload', `${head}.${other}.${signature}`],
    ['cut short', good.slice(0, -4)],
    ['no signature', `${head}.${payload}.`],
    ['nonsense', 'x'],
    ['far too long', `${good}${'x'.repeat(5000)}`],
  ]
  for (const [what, token] of table) {
    const response = await read(token)
    assert.equal(response.status, 401, what)
    const challenge = token === undefined ? 'Bearer' : 'Bearer error="invalid_token"'
    assert.equal(response.headers.get('www-authenticate'), challenge, what)
  }
  const basic = await fetch(`${url}/orders/o1`, { headers: { authorization: `Basic ${good}` } })
  assert.equal(basic.status, 401)
  assert.equal(order.requests.length, 0)
  assert.equal((await read(good)).status, 200)
})

test('a token by the newer name of its algorithm is the same', async (t) => {
  const key = await makeKey('k1')
  const { read } = await runGateway(t, [{ ...key, jwk: { ...key.jwk, alg: 'Ed25519' } }])
  assert.equal((await read(await sign(key, claims(), 'Ed25519'))).status, 200)
  assert.equal((await read(await sign(key, claims()))).status, 200)
  const stranger = await makeKey('k1')
  assert.equal((await read(await sign(stranger, claims(), 'Ed25519'))).status, 401)
})

test('a token allows what its scope says', async (t) => {
  const key = await makeKey('k1')
  const { read, url } = await runGateway(t, [key])
  const place = async (scope: string) =>
    fetch(`${url}/orders`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${await sign(key, { ...claims(), scope })}`,
        'content-type': 'application/json',
      },
      body: book,
    })
  const refused = await place('orders:read')
  assert.equal(refused.status, 403)
  assert.match(refused.headers.get('www-authenticate') ?? '', /insufficient_scope", scope="orders:write"/)
  assert.equal((await place('orders:read orders:write')).status, 200)
  assert.equal((await read(await sign(key, { ...claims(), scope: 'orders:readers' }))).status, 403)
})

test('the name of any subject reaches order, whatever letters it has', async (t) => {
  const key = await makeKey('k1')
  const { url, order } = await runGateway(t, [key])
  const table = [
    ['ada', 'ada'],
    ['ada l|ö\n', 'ada%20l%7C%C3%B6%0A'],
    ['\ud800', '%EF%BF%BD'],
  ] as const
  for (const [sub, told] of table) {
    const token = await sign(key, { ...claims(), sub, scope: 'orders:write orders:read' })
    const headers = {
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
      'x-subject': 'root',
    }
    await fetch(`${url}/orders`, { method: 'POST', headers, body: book })
    await fetch(`${url}/orders/o1`, { headers })
    const subjects = order.requests.slice(-2).map((request) => [request.method, request.headers['x-subject']])
    assert.deepEqual(subjects, [
      ['POST', told],
      ['GET', told],
    ])
  }
})

test('an order is read by who placed it; to others it does not exist, also while order is away', async (t) => {
  const key = await makeKey('k1')
  const order = await runForTest(t, orderService, { PAYMENT_URL: await deadUrl() })
  const { url } = await runGateway(t, [key], { ORDER_URL: order.url })
  const ask = async (sub: string, path: string, options: RequestInit = {}) => {
    const token = await sign(key, { ...claims(), sub, scope: 'orders:write orders:read' })
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
    const response = await fetch(url + path, { ...options, headers })
    return { status: response.status, body: (await response.json()) as { id: string } }
  }
  const placed = await ask('ada', '/orders', { method: 'POST', body: book })
  assert.equal(placed.status, 202)
  const path = `/orders/${placed.body.id}`
  assert.deepEqual((await ask('ada', path)).body.id, placed.body.id)
  const missing = await ask('bob', '/orders/unknown')
  assert.equal(missing.status, 404)
  assert.deepEqual(await ask('bob', path), missing)
  await order.close()
  assert.equal((await ask('ada', path)).status, 200, 'as she read it a moment ago')
  assert.equal((await ask('bob', path)).status, 503)
})

test('a token that was checked is not good beyond its own end', async (t) => {
  const key = await makeKey('k1')
  const { read } = await runGateway(t, [key])
  const token = await sign(key, { ...claims(), exp: nowS() + 30 })
  assert.equal((await read(token)).status, 200)
  t.mock.timers.enable({ apis: ['Date'], now: Date.now() + 40_000 })
  assert.equal((await read(token)).status, 401)
})

test('who asks too often is told when to come back; others are not held up by that', async (t) => {
  const key = await makeKey('k1')
  const { read } = await runGateway(t, [key], { RATE_LIMIT: '5' })
  const [ada, bob] = [await sign(key, claims()), await sign(key, { ...claims(), sub: 'bob' })]
  const statuses = []
  for (let index = 0; index < 30; index += 1) statuses.push((await read(ada)).status)
  const refused = await Promise.all(Array.from({ length: 10 }, () => read(ada)))
  assert.ok(statuses.slice(0, 5).every((status) => status === 200))
  const late = refused.find(({ status }) => status === 429)
  assert.ok(late !== undefined, 'ten at once are more than five a second')
  assert.equal(late.headers.get('retry-after'), '1')
  assert.equal((await read(bob)).status, 200)
})

test('answers carry security headers, refusals too', async (t) => {
  const { read } = await runGateway(t, [])
  const { headers } = await read()
  assert.equal(headers.get('x-content-type-options'), 'nosniff')
  assert.equal(headers.get('cache-control'), 'no-store')
  assert.match(headers.get('content-security-policy') ?? '', /default-src 'none'/)
})
