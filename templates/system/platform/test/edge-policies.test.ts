import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readEdgePolicies } from '../src/edge-policies.ts'

const read = (inCode: object, env: Record<string, string> = {}) =>
  readEdgePolicies({ inCode: { payment: inCode, 'fraud-check': {} }, isEdge: false, env })

test('the environment overrides the code, for its edge only', () => {
  const policies = read({ attemptTimeoutMs: 500 }, { PAYMENT_POLICY: '{"bulkhead":{"limit":7}}' })
  const payment = policies.get('payment')
  assert.deepEqual([payment?.attemptTimeoutMs, payment?.bulkhead.limit], [500, 7])
  assert.equal(policies.get('fraud-check')?.bulkhead.limit, 64)
  const both = read({ attemptTimeoutMs: 500 }, { PAYMENT_POLICY: '{"attemptTimeoutMs":200}' }).get('payment')
  assert.deepEqual([both?.attemptTimeoutMs, both?.breaker.trialTimeoutMs], [200, 400])
})

test('a mistake is told where it was made', () => {
  assert.throws(
    () => read({ bulkhead: { limit: 0 } }),
    /^PolicyError: callees\.payment\.bulkhead\.limit must be/,
  )
  const table: [string, RegExp][] = [
    [
      '{"breaker":{"rateRule":{"failureRate":2}}}',
      /^PolicyError: PAYMENT_POLICY\.breaker\.rateRule\.failureRate must be/,
    ],
    ['oops', /^PolicyError: PAYMENT_POLICY must be a JSON object/],
  ]
  for (const [text, message] of table) assert.throws(() => read({}, { PAYMENT_POLICY: text }), message)
  const hyphen = () => read({}, { FRAUD_CHECK_POLICY: '{"hopMs":-1}' })
  assert.throws(hyphen, /FRAUD_CHECK_POLICY\.hopMs/)
})
