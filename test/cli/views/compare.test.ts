import { stripVTControlCharacters as plain } from 'node:util'
import { expect, test } from 'vitest'
import { compareView } from '../../../src/cli/views/compare.ts'
import type { LoadComparison } from '../../../src/system/load-comparison.ts'

const run = {
  target: 'http://127.0.0.1:4000',
  ratePerSecond: 500,
  startedAt: 0,
  seconds: 58,
  disturbed: 0,
  isValid: true,
}
const comparison: LoadComparison = {
  version: 1,
  baseline: [{ ...run, id: '20261122-153000-load-a1b2' }],
  candidate: [{ ...run, id: '20261122-153200-load-c3d4' }],
  metrics: [
    {
      name: 'p50',
      baselineMs: 5.02,
      candidateMs: 5.61,
      change: 0.1175,
      low: 0.08,
      high: 0.151,
      detectable: 0.042,
      runsNeeded: 1,
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
  isValid: true,
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

test('an inconclusive one says what would tell', () => {
  const unsure = (figures: { runsNeeded: number; detectable: number }): string => {
    const metrics = comparison.metrics.map((metric) => ({
      ...metric,
      ...figures,
      verdict: 'inconclusive' as const,
    }))
    return plain(compareView({ ...comparison, metrics, verdict: 'inconclusive' }))
  }
  expect(unsure({ runsNeeded: 4, detectable: 0.19 })).toMatch(
    /Verdict: inconclusive\n {2}p50: 4 runs of 58 s a side, recorded in turns, would tell a change of 10 %$/,
  )
  expect(unsure({ runsNeeded: 400, detectable: 1.9 })).toMatch(
    /p50: these runs would show ±190 %; a change of 10 % takes a quieter machine$/,
  )
  expect(unsure({ runsNeeded: 1, detectable: 0.07 })).toMatch(/would have shown; to tell less, record more/)
})

test('several runs of a side are listed, and the noise is that from run to run', () => {
  const [one] = comparison.baseline
  const baseline = [one!, { ...one!, id: '20261122-153400-load-e5f6' }]
  const text = plain(compareView({ ...comparison, baseline, blockSeconds: null }))
  expect(text).toMatch(/baseline +20261122-153000-load-a1b2 .*\n +20261122-153400-load-e5f6 /)
  expect(text).toContain('Noise as from run to run')
})
