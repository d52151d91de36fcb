import { describe, expect, test } from 'vitest'
import { clockText, countText, msText, rateText, shareText } from '../../src/observe/report/format.ts'

describe('figures', () => {
  test.each([
    [msText(null), '–'],
    [msText(0.421), '0.42 ms'],
    [msText(12.34), '12.3 ms'],
    [msText(245.4), '245 ms'],
    [msText(1_240), '1.24 s'],
    [countText(200_000), '200,000'],
    [countText(999), '999'],
    [rateText(499.97), '499.97'],
    [rateText(10_000.4), '10,000'],
    [clockText(65_123.4), '1:05.123'],
    [clockText(-800), '−0:00.800'],
  ])('%s', (text, expected) => {
    expect(text).toBe(expected)
  })

  test('a share is never rounded up to a hundred nor down to nought', () => {
    expect(shareText(1, 1)).toBe('100 %')
    expect(shareText(999_999, 1_000_000)).toBe('> 99.99 %')
    expect(shareText(1, 1_000_000)).toBe('< 0.01 %')
    expect(shareText(0, 1_000_000)).toBe('0 %')
    expect(shareText(0, 0)).toBe('–')
  })
})
