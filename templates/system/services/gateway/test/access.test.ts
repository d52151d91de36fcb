import assert from 'node:assert/strict'
import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { test, type TestContext } from 'node:test'
import { createLogger } from '@system/platform/logger'
import { deadUrl, eventually, runForTest, runStandIn } from '@system/platform/testing'
import { exportJWK, generateKeyPair, SignJWT, UnsecuredJWT, type CryptoKey, type JWTPayload } from 'jose'
import { service as orderService } from '../../order/src/service.ts'
import { createRemoteKeys } from '../src/remote-keys.ts'
import { service } from '../src/service.ts'
import { createVerifier } from '../src/verify-token.ts'

interface Key {
  kid: string
  privateKey: CryptoKey | KeyObject
  jwk: object
}

async function makeKey(kid: string): Promise<Key> {
  const { privateKey, publicKey } = await generateKeyPair('EdDSA')
  return { kid, privateKey, jwk: { ...(await exportJWK(publicKey)), kid, use: 'sig' } }
}

const book = '{"sku":"book","quantity":1,"amountCents":1999}'

const nowS = () => Math.floor(Date.now() / 1000)

const claims = (): JWTPayload => ({
  sub: 'ada',
  iss: 'issuer',
  aud: 'shop',
  exp: nowS() + 600,
  scope: 'orders:read',
})

const sign = (key: Key, payload: JWTPayload, alg = 'EdDSA') =>
  new SignJWT(payload).setProtectedHeader({ alg, kid: key.kid }).sign(key.privateKey)

/** An issuer whose keys a test changes, and a gateway that believes it. */
async function runGateway(t: TestContext, keys: Key[], env: Record<string, string> = {}) {
  const order = await runStandIn(t, () => ({ status: 200, body: { id: 'o1' } }))
  const issuer = await runStandIn(t, () => ({ status: 200, body: { keys: keys.map(({ jwk }) => jwk) } }))
  const settings = { TOKEN_ISSUER: 'issuer', TOKEN_AUDIENCE: 'shop', JWKS_URL: issuer.url, RATE_LIMIT: '0' }
  const { url } = await runForTest(t, service, { ORDER_URL: order.url, ...settings, ...env })
  const read = (token?: string) =>
    fetch(`${url}/orders/o1`, token === undefined ? {} : { headers: { authorization: `Bearer ${token}` } })
  return { read, url, order, issuer }
}

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
    assert.match(response.headers.get('www-authenticate') ?? '', /^Bearer/, what)
  }
  const basic = await fetch(`${url}/orders/o1`, { headers: { authorization: `Basic ${good}` } })
  assert.equal(basic.status, 401)
  assert.equal(order.requests.length, 0)
  assert.equal((await read(good)).status, 200)
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

test('a new key works from its first token on, an old one until it is taken away, and nobody is refused', async (t) => {
  const [first, second] = [await makeKey('k1'), await makeKey('k2')]
  let keys = [first]
  let isAway = false
  const issuer = await runStandIn(t, () =>
    isAway ? 'reset' : { status: 200, body: { keys: keys.map(({ jwk }) => jwk) } },
  )
  let nowMs = 0
  const clock = { monotonicMs: () => nowMs, epochMs: () => Date.now() }
  const log = createLogger({ service: 'gateway', level: 'silent' })
  const remote = createRemoteKeys({ url: issuer.url, clock, log })
  const verifier = createVerifier({ keys: remote, issuer: 'issuer', audience: 'shop', clock })
  const old = await sign(first, claims())
  assert.ok(await verifier.verify(old))
  keys = [first, second]
  nowMs += 6000
  const fresh = await Promise.all(Array.from({ length: 20 }, () => sign(second, claims())))
  const answers = await Promise.all([...fresh, old].map((token) => verifier.verify(token)))
  assert.ok(!answers.includes(undefined))
  assert.equal(issuer.requests.length, 2, 'asked once for all of them')

  isAway = true
  nowMs += 3_600_000
  assert.ok(await verifier.verify(old), 'an issuer that is away takes nothing away')
  await eventually(() => (issuer.requests.length === 3 ? true : undefined))
  isAway = false
  keys = [second]
  nowMs += 3_600_000
  await eventually(async () => ((await verifier.verify(old)) === undefined ? true : undefined))
  assert.ok(await verifier.verify(await sign(second, claims())))
})

test('made-up key ids have the issuer asked twice a second at most, and no new key refused', async (t) => {
  const keys = [await makeKey('k1')]
  const { read, issuer } = await runGateway(t, keys)
  const [, payload, signature] = (await sign(keys[0] as Key, claims())).split('.')
  const startMs = performance.now()
  let madeUp = 0
  const attack = async () => {
    const answers = new Set<number>()
    while (keys.length < 5) {
      const head = JSON.stringify({ alg: 'EdDSA', kid: `made-up-${madeUp++}` })
      answers.add((await read(`${Buffer.from(head).toString('base64url')}.${payload}.${signature}`)).status)
    }
    return [...answers]
  }
  const attacks = Array.from({ length: 20 }, attack)
  while (keys.length < 5) {
    // Known to the issuer a moment before its first token, while others are being asked for.
    await eventually(() => (madeUp > 20 * keys.length ? true : undefined))
    const fresh = await makeKey(`new-${keys.length}`)
    keys.push(fresh)
    assert.equal((await read(await sign(fresh, claims()))).status, 200)
  }
  assert.deepEqual(new Set((await Promise.all(attacks)).flat()), new Set([401]))
  const mostAsked = 2 + (performance.now() - startMs) / 500
  assert.ok(issuer.requests.length <= mostAsked, `asked ${issuer.requests.length} times`)
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
