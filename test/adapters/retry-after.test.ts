import { expect, test } from 'vitest'
import { retryAfterMs } from '../../src/adapters/retry-after.ts'

const now = Date.parse('2026-01-01T00:00:00Z')

test.each<[string | undefined, number | null]>([
  ['0', 0],
  [' 12 ', 12_000],
  ['Thu, 01 Jan 2026 00:00:30 GMT', 30_000],
  ['Wed, 31 Dec 2025 23:59:59 GMT', 0],
  ['1.5', null],
  ['-1', null],
  ['soon', null],
  ['2026-01-01', null],
  ['', null],
  [undefined, null],
])('Retry-After: %s is a wait of %s ms', (header, expected) => {
  expect(retryAfterMs(header, now)).toBe(expected)
})
