import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createRetryBudget } from '../src/retry-budget.ts'

const options = { ratio: 0.1, perSecond: 1, windowMs: 10_000 }

/** Takes all there is. */
function drain(budget: ReturnType<typeof createRetryBudget>, nowMs: number): number {
  let taken = 0
  while (budget.take(nowMs)) taken += 1
  return taken
}

test('grows by one for ten calls and by one each second, from nothing', () => {
  const budget = createRetryBudget(options, 5000)
  assert.equal(drain(budget, 5000), 0)
  for (let count = 0; count < 100; count += 1) budget.countCall(5000)
  assert.equal(drain(budget, 5000), 10)
  assert.equal(drain(budget, 8000), 3)
  assert.equal(budget.retries, 13)
})

test('what is not used expires', () => {
  const budget = createRetryBudget(options, 0)
  for (let count = 0; count < 1000; count += 1) budget.countCall(0)
  assert.equal(budget.remaining(0), 100)
  assert.equal(budget.remaining(9999), 100 + 9.999)
  assert.equal(budget.remaining(10_000), 9)
  assert.equal(drain(budget, 3_600_500), 9)
})

test('over any length of time, retries stay within 10 % and one a second', () => {
  const budget = createRetryBudget(options, 0)
  let calls = 0
  let retries = 0
  for (let nowMs = 0; nowMs < 60_000; nowMs += 7) {
    // Quiet and busy seconds in turn.
    if (nowMs % 4000 < 1500) {
      budget.countCall(nowMs)
      calls += 1
    }
    retries += drain(budget, nowMs)
    assert.ok(retries <= 0.1 * calls + nowMs / 1000 + 1e-9, `${retries} after ${nowMs} ms and ${calls} calls`)
  }
  assert.ok(retries > 0.09 * calls)
})
