import { expect, test } from 'vitest'
import { parseShare } from '../../src/system/parse-share.ts'

test.each([
  ['5%', 0.05],
  ['0.5 %', 0.005],
  ['0.05', 0.05],
  ['0', 0],
  ['100%', 1],
])('%s is %s', (text, share) => {
  expect(parseShare(text, '--tolerance')).toBeCloseTo(share, 12)
})

test.each(['', '5', '101%', '-5%', 'abc'])('%j is refused', (text) => {
  expect(() => parseShare(text, '--tolerance')).toThrow('--tolerance cannot be')
})
