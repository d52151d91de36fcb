// In whose books an arrival stands.

import { expect, test } from 'vitest'
import { createAccounts } from '../../src/load/accounts.ts'
import { booksBytes, openBooks, sumOf } from '../../src/load/books.ts'
import { arrive } from '../../src/load/flow.ts'

test('an arrival of a full second belongs to that second and phase, whatever the clock reads', () => {
  const size = { requests: 1, phases: 2 }
  const books = openBooks(new SharedArrayBuffer(booksBytes(size)), size)
  const seconds: number[] = []
  const accounts = createAccounts({
    books,
    intervals: {
      begin: (second) => seconds.push(second),
      settle: ({ second }) => seconds.push(second),
      close() {},
    },
    flows: [{ name: 'a', steps: [] }],
    phases: [
      { fromMs: 0, toMs: 1000 },
      { fromMs: 1000, toMs: 2000 },
    ],
  })
  const startMs = 3419.6655555816747
  const scheduledMs = 1000
  const intendedMs = startMs + scheduledMs
  expect(intendedMs - startMs).toBeLessThan(scheduledMs) // rounded

  const arrival = arrive({ number: 60, flow: 0, scheduledMs }, { intendedMs, nowMs: intendedMs })
  accounts.begin(arrival)
  accounts.settle(arrival, { kind: 'answered', status: 200, expected: null }, intendedMs + 1)
  expect(books.phases.map(({ outcomes }) => sumOf(outcomes))).toEqual([0, 1])
  expect(seconds).toEqual([1, 1])
})
