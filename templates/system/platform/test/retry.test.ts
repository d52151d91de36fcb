import assert from 'node:assert/strict'
import { test } from 'node:test'
import { deadlineFrom } from '../src/deadline.ts'
import { askedToWaitMs, isRepeatable, retryAttemptFrom, retryDelayMs } from '../src/retry.ts'

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

test('Retry-After counts in seconds, or up to a moment on the clock of who sent it', () => {
  const date = 'Wed, 21 Oct 2015 07:28:00 GMT'
  const table: [said: string | string[] | undefined, waitMs: number | undefined][] = [
    ['2', 2000],
    ['86400000', 86_400_000_000],
    ['Wed, 21 Oct 2015 07:28:30 GMT', 30_000],
    ['Wed, 21 Oct 2015 07:27:00 GMT', 0],
    [undefined, undefined],
    ['', undefined],
    ['soon', undefined],
    [['1', '2'], undefined],
  ]
  for (const [said, waitMs] of table) {
    assert.equal(askedToWaitMs({ 'retry-after': said, date }), waitMs, String(said))
  }
  assert.equal(askedToWaitMs({ 'retry-after': 'Wed, 21 Oct 2015 07:28:30 GMT' }), undefined)
})

test('headers that say nothing sensible say nothing', () => {
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
