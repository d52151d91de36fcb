import assert from 'node:assert/strict'
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { temporaryFolder } from '@system/platform/testing'
import { openIssuer } from '../src/signing-keys.ts'
import { createVerifier } from '../src/verify-token.ts'

const dayMs = 24 * 60 * 60 * 1000
const names = { issuer: 'gateway', audience: 'gateway' }

test('keys are rotated by age, kept over a restart, and forgotten when no token of theirs can be valid', async (t) => {
  const folder = temporaryFolder(t)
  let nowMs = Date.UTC(2026, 0, 1)
  const clock = { monotonicMs: () => nowMs, epochMs: () => nowMs }
  const issuer = await openIssuer({ folder, ...names, clock })
  const verifier = createVerifier({ keys: issuer, ...names, clock })
  const first = await issuer.issue('ada', 'orders:read')
  await issuer.rotate()
  assert.equal(issuer.published().keys.length, 2)
  assert.equal((await verifier.verify(first))?.subject, 'ada')
  nowMs += dayMs - 1000
  const second = await issuer.issue('ada', 'orders:read')
  nowMs += 10_000
  await issuer.issue('ada', 'orders:read')
  assert.equal(issuer.published().keys.length, 3)
  assert.equal(await verifier.verify(first), undefined, 'a day is over')
  const again = createVerifier({ keys: await openIssuer({ folder, ...names, clock }), ...names, clock })
  assert.ok(await again.verify(second))
  nowMs += dayMs
  await issuer.rotate()
  assert.equal(issuer.published().keys.length, 2)
})

test('the private part of a key is neither published nor readable for others', async (t) => {
  const folder = temporaryFolder(t)
  const clock = { monotonicMs: () => 0, epochMs: () => 0 }
  const issuer = await openIssuer({ folder, ...names, clock })
  assert.deepEqual(Object.keys(issuer.published().keys[0] ?? {}).toSorted(), [
    'alg',
    'crv',
    'kid',
    'kty',
    'use',
    'x',
  ])
  assert.equal(statSync(join(folder, 'signing-keys.json')).mode & 0o777, 0o600)
})
