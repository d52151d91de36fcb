import { expect, test } from 'vitest'
import { junitOf } from '../../../src/load/exports/junit.ts'
import { load } from '../../observe/fixtures/payment-killed.ts'

const thresholds = [
  { expression: 'p99<200ms', ok: true, observed: 120.4, unit: 'ms' as const },
  { expression: 'errors{a & "b"}<1%', ok: false, observed: 0.02, unit: 'share' as const },
]
const when = '2026-11-22T15:30:00.000Z'

test('each threshold is a test case; what was missed says what was observed', () => {
  const xml = junitOf({ ...load, verdict: 'valid', thresholds }, when)
  expect(xml).toContain('tests="2" failures="1" errors="0"')
  expect(xml).toContain('<testcase name="p99&lt;200ms" classname="msvc.load">')
  expect(xml).toContain('<testcase name="errors{a &amp; &quot;b&quot;}&lt;1%" classname="msvc.load">')
  expect(xml).toContain('<failure message="observed 2 %"/>')
})

test('a run that is not valid is an error of the measurement, not a failure of the target', () => {
  const invalid = thresholds.map((threshold) => ({ ...threshold, ok: false }))
  const xml = junitOf(
    { ...load, verdict: 'noisy', reasons: ['others took the core'], thresholds: invalid },
    when,
  )
  expect(xml).toContain('tests="2" failures="0" errors="2"')
  expect(xml).toContain('<error message="the run is noisy: others took the core"/>')
})

test('what XML cannot hold is replaced', () => {
  const xml = junitOf({ ...load, target: 'http://h/?a=1&b=<\u0007', thresholds }, when)
  expect(xml).toContain('<testsuite name="http://h/?a=1&amp;b=&lt;\uFFFD"')
})
