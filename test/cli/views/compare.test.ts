import { stripVTControlCharacters as plain } from 'node:util'
import { expect, test } from 'vitest'
import { compareView } from '../../../src/cli/views/compare.ts'
import type { LoadComparison } from '../../../src/system/load-comparison.ts'

const run = { target: 'http://127.0.0.1:4000', ratePerSecond: 500, seconds: 58, isValid: true }
const comparison: LoadComparison = {
  version: 1,
  baseline: { ...run, id: '20261122-153000-load-a1b2' },
  candidate: { ...run, id: '20261122-153200-load-c3d4' },
  metrics: [
    {
      name: 'p50',
      baselineMs: 5.02,
      candidateMs: 5.61,
      change: 0.1175,
      low: 0.08,
      high: 0.151,
      detectable: 0.042,
      verdict: 'worse',
    },
  ],
  failures: {
    baseline: 0,
    candidate: 0.001,
    difference: 0.001,
    low: -0.0002,
    high: 0.0021,
    verdict: 'inconclusive',
  },
  tolerance: 0.05,
  confidence: 0.95,
  blockSeconds: 6,
  seed: 1,
  verdict: 'worse',
  notes: ['the rates differ: 500 and 600 per second'],
}

test('a comparison tells change, interval, what could have been seen, and the verdict', () => {
  const text = plain(compareView(comparison))
  expect(text).toMatch(/p50 +5\.02 ms +5\.61 ms +\+11\.8 % +\+8\.0 % … \+15\.1 % +±4\.2 % +worse/)
  expect(text).toMatch(/failed +0 % +0\.1 % +\+0\.10 +−0\.02 … \+0\.21 +inconclusive/)
  expect(text).toContain('a change below 5 % does not count')
  expect(text).toContain('Note: the rates differ: 500 and 600 per second.')
  expect(text).toMatch(/Verdict: worse$/)
})

test('an inconclusive one says what would help', () => {
  expect(plain(compareView({ ...comparison, verdict: 'inconclusive' }))).toMatch(
    /inconclusive +run both longer/,
  )
})
