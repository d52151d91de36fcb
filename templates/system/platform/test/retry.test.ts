import assert from 'node:assert/strict'
import { test } from 'node:test'
import { deadlineFrom } from '../src/deadline.ts'
import { isRepeatable, parseRetryAfter, retryAttemptFrom, retryDelayMs } from '../src/retry.ts'

const delay = { baseMs: 50, maxMs: 500 }

test('a retry waits a random time up to 50 ms, 100 ms, … and 500 ms at most', () => {
  const most = [1, 2, 3, 4, 5, 60].map((retry) => retryDelayMs(retry, delay, () => 1))
  assert.deepEqual(most, [50, 100, 200, 400, 500, 500])
  assert.equal(
    retryDelayMs(5, delay, () => 0),
    0,
  )
  assert.equal(
    retryDelayMs(1, delay, () => 0.5, 2000),
    2000,
  )
})

test('a call may be repeated by its method or with a key', () => {
  for (const method of ['GET', 'HEAD', 'PUT', 'DELETE']) assert.ok(isRepeatable(method, undefined), method)
  for (const method of ['POST', 'PATCH']) assert.ok(!isRepeatable(method, undefined), method)
  assert.ok(isRepeatable('POST', 'k1'))
})

test('headers that say nothing sensible say nothing', () => {
  assert.equal(parseRetryAfter('2'), 2000)
  for (const header of [undefined, '', '-1', '1.5', 'Wed, 21 Oct 2026 07:28:00 GMT', ['1', '2']]) {
    assert.equal(parseRetryAfter(header), undefined, String(header))
  }
  assert.equal(retryAttemptFrom('0'), 0)
  assert.equal(retryAttemptFrom('12'), 12)
  assert.equal(retryAttemptFrom('3600'), 100)
  for (const header of [undefined, '', '-1', '1e9', 'no']) assert.equal(retryAttemptFrom(header), undefined)
  assert.equal(deadlineFrom('250', 1000, 3000), 1250)
  assert.equal(deadlineFrom('0', 1000, 3000), 1000)
  assert.equal(deadlineFrom('999999999', 1000, 3000), 61_000)
  for (const header of [undefined, '', 'x', '-5', '1.5', 'Infinity']) {
    assert.equal(deadlineFrom(header, 1000, 3000), 4000, String(header))
  }
})
