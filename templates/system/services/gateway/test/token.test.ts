import assert from 'node:assert/strict'
import { test } from 'node:test'
import { signToken, verifyToken } from '../src/token.ts'

const claims = { subject: 'developer', expiresAt: 2000 }

test('a token holds until it expires', () => {
  const token = signToken(claims, 'secret')
  assert.deepEqual(verifyToken(token, 'secret', 1999), claims)
  assert.equal(verifyToken(token, 'secret', 2000), undefined)
})

test('a token of another secret, changed or cut short, is not valid', () => {
  const token = signToken(claims, 'secret')
  const [payload, signature] = token.split('.')
  const table = [
    '',
    '.',
    `${payload}`,
    `${payload}.`,
    `.${signature}`,
    `${token}.x`,
    `x${token}`,
    token.slice(0, -2),
  ]
  for (const value of table) assert.equal(verifyToken(value, 'secret', 0), undefined, value)
  assert.equal(verifyToken(token, 'other', 0), undefined)
})
