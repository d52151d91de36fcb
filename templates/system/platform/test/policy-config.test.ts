import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parsePolicy, resolvePolicy, type PolicyOverrides } from '../src/policy-config.ts'

test('the edge and the inside have defaults of their own, and derived times follow the attempt', () => {
  const [edge, inside] = [resolvePolicy('edge'), resolvePolicy('inside')]
  assert.deepEqual([edge.attemptTimeoutMs, edge.deadlineMs, edge.bulkhead.limit], [300, 1000, 256])
  assert.deepEqual([inside.attemptTimeoutMs, inside.deadlineMs, inside.bulkhead.limit], [1000, 3000, 64])
  const { breaker, recoveryProbe } = resolvePolicy('inside', [{ attemptTimeoutMs: 500 }])
  assert.deepEqual([breaker.slowAfterMs, breaker.trialTimeoutMs, recoveryProbe.timeoutMs], [250, 1000, 250])
})

test('later overrides win, field by field', () => {
  const inCode: PolicyOverrides = { bulkhead: { limit: 8 }, retry: { retries: 1, baseMs: 10 } }
  const inEnvironment: PolicyOverrides = { retry: { retries: 0 }, breaker: { rateRule: { minCalls: 5 } } }
  const config = resolvePolicy('inside', [inCode, inEnvironment])
  assert.equal(config.bulkhead.limit, 8)
  assert.deepEqual(config.retry, { retries: 0, baseMs: 10, maxMs: 500 })
  assert.deepEqual(config.breaker.rateRule, {
    windowMs: 10_000,
    buckets: 10,
    minCalls: 5,
    failureRate: 0.5,
    slowRate: 0.5,
  })
})

test('an impossible value is named by its path', () => {
  const table: [unknown, string][] = [
    [
      { breaker: { rateRule: { failureRate: 0 } } },
      'breaker.rateRule.failureRate must be above 0 and at most 1, but is 0',
    ],
    [
      { breaker: { rateRule: { slowRate: 1.01 } } },
      'breaker.rateRule.slowRate must be above 0 and at most 1, but is 1.01',
    ],
    [
      { attemptTimeoutMs: -1 },
      'attemptTimeoutMs must be a positive number of milliseconds, an hour at most, but is -1',
    ],
    [
      { deadlineMs: Number.NaN },
      'deadlineMs must be a positive number of milliseconds, an hour at most, but is null',
    ],
    [
      { deadlineMs: '3s' },
      'deadlineMs must be a positive number of milliseconds, an hour at most, but is "3s"',
    ],
    // More than a timer holds: it would end at once, and every call with it.
    [{ attemptTimeoutMs: 2 ** 31 }, 'attemptTimeoutMs must be a positive number of milliseconds, an hour'],
    [{ breaker: { openMs: 1e9 } }, 'breaker.openMs must be a positive number of milliseconds, a day'],
    [{ retry: { baseMs: -1 } }, 'retry.baseMs must be a number of milliseconds, 0 or more and a day at most'],
    // More than memory, or a search through them, would bear.
    [{ breaker: { rateRule: { buckets: 1e12 } } }, 'breaker.rateRule.buckets must be a whole number from 1'],
    [{ breaker: { fastTrip: { outcomes: 1e6 } } }, 'breaker.fastTrip.outcomes must be a whole number from 1'],
    [{ bulkhead: { limit: 0 } }, 'bulkhead.limit must be a whole number, 1 or more, but is 0'],
    [{ bulkhead: 5 }, 'bulkhead must be a group of limit'],
    [{ breaker: { trials: 2.5 } }, 'breaker.trials must be a whole number, 1 or more, but is 2.5'],
    [
      { breaker: { fastTrip: { minFailed: 33 } } },
      'breaker.fastTrip.minFailed must be at most outcomes (32)',
    ],
    [{ retry: { maxMs: 10 } }, 'retry.maxMs must be at least baseMs (50)'],
    [{ retryBudget: { ratio: 1.5 } }, 'retryBudget.ratio must be between 0 and 1, but is 1.5'],
    [{ bulkhaed: { limit: 5 } }, 'bulkhaed is not known; there are attemptTimeoutMs, deadlineMs, hopMs'],
    [{ constructor: 1 }, 'constructor is not known'],
  ]
  for (const [override, message] of table) {
    assert.throws(
      () => resolvePolicy('inside', [override as PolicyOverrides], 'callees.payment'),
      (error: Error) =>
        error.name === 'PolicyError' && error.message.startsWith(`callees.payment.${message}`),
      message,
    )
  }
})

test('what is no JSON object is refused with the name of the variable', () => {
  assert.deepEqual(parsePolicy('{"bulkhead":{"limit":5}}', 'PAYMENT_POLICY'), { bulkhead: { limit: 5 } })
  for (const text of ['{', '5', '[]', 'null']) {
    assert.throws(
      () => parsePolicy(text, 'PAYMENT_POLICY'),
      /^PolicyError: PAYMENT_POLICY must be a JSON object/,
    )
  }
})
