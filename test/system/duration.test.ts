import fc from 'fast-check'
import { expect, test } from 'vitest'
import { UserError } from '../../src/errors.ts'
import { formatDuration, parseDuration } from '../../src/system/duration.ts'

test.each([
  ['20s', 20_000],
  ['500ms', 500],
  ['2m', 120_000],
  ['1.5s', 1500],
  ['1m30s', 90_000],
  ['1h', 3_600_000],
  [' 3s ', 3000],
  ['0s', 0],
])('%s is %d ms', (text, expected) => {
  expect(parseDuration(text)).toBe(expected)
})

test.each(['', '20', 's', '-1s', '1 s', '5 minutes', '1e3s', '1s2'])(
  '%j is refused, naming the flag',
  (text) => {
    const read = (): number => parseDuration(text, '--duration')
    expect(read).toThrow(UserError)
    expect(read).toThrow(/--duration/)
  },
)

test.each([
  [0, '0s'],
  [20, '20ms'],
  [1500, '1.5s'],
  [90_000, '1m30s'],
])('%d ms is written %s', (ms, text) => {
  expect(formatDuration(ms)).toBe(text)
})

test('what is formatted is read back', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 90_000_000 }), (ms) => {
      expect(parseDuration(formatDuration(ms))).toBeCloseTo(ms, 3)
    }),
  )
})
