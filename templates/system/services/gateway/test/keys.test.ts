// Keys that the issuer adds and takes away, and keys that nobody has.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createLogger } from '@system/platform/logger'
import { eventually, runStandIn } from '@system/platform/testing'
import { createRemoteKeys } from '../src/remote-keys.ts'
import { createVerifier } from '../src/verify-token.ts'
import { claims, makeKey, runGateway, sign, type Key } from './issued-tokens.ts'

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
