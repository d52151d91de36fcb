import { expect, test } from 'vitest'
import { addFailures, createFailureCounts } from '../../src/load/failures.ts'

test('reasons are counted by outcome and text, the most frequent first', () => {
  const counts = createFailureCounts()
  counts.add('check-failed', 'body lacks "ok"', 2)
  counts.add('tls', 'CERT_HAS_EXPIRED', 5)
  counts.add('check-failed', 'status 200 instead of 201', 1)
  counts.add('check-failed', 'body lacks "ok"', 1)
  expect(counts.list()).toEqual([
    { outcome: 'tls', reason: 'CERT_HAS_EXPIRED', arrivals: 5 },
    { outcome: 'check-failed', reason: 'body lacks "ok"', arrivals: 3 },
    { outcome: 'check-failed', reason: 'status 200 instead of 201', arrivals: 1 },
  ])
})

test('so many texts of an outcome are told apart, and every arrival still counts', () => {
  const counts = createFailureCounts()
  for (let at = 0; at < 10_000; at++) counts.add('protocol-error', `Content-Length is "${at % 5000}"`, 1)
  counts.add('tls', 'CERT_HAS_EXPIRED', 1)
  const list = counts.list()
  expect(list).toHaveLength(22)
  expect(list.at(-1)).toEqual({ outcome: 'protocol-error', reason: 'other reasons', arrivals: 9960 })
  expect(list.filter(({ outcome }) => outcome === 'tls')).toHaveLength(1)
  expect(list.reduce((sum, { arrivals }) => sum + arrivals, 0)).toBe(10_001)

  const sum = addFailures([list, list])
  expect(sum).toHaveLength(22)
  expect(sum.at(-1)).toMatchObject({ reason: 'other reasons', arrivals: 19_920 })
})

test('what a target says is kept short, and commands no terminal', () => {
  const counts = createFailureCounts()
  counts.add('protocol-error', `\u001B[2J\u009B1m${'a'.repeat(1000)}`, 1)
  const [only] = counts.list()
  expect(only!.reason).toMatch(/^\?\[2J\?1ma+…$/)
  expect(only!.reason).toHaveLength(201)
})
