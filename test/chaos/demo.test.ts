import { expect, test } from 'vitest'
import { okShare, outcomesIn, verdictOf } from '../../src/chaos/demo.ts'
import type { LoadInterval } from '../../src/events.ts'

const nothing = { p50: null, p90: null, p99: null, p999: null, max: null }
const interval = (second: number, ok: number, failed: number): LoadInterval => ({
  second,
  scheduled: ok + failed,
  outcomes: { ok: ok + 10, 'http-error': failed },
  requests: { 'place order': { ok, 'http-error': failed }, 'read order': { ok: 10 } },
  responseMs: nothing,
  serviceMs: nothing,
  lagMs: nothing,
  responseHistogram: '',
})
test('every second that touches the window counts, whole', () => {
  const intervals = [interval(0, 1, 0), interval(1, 2, 1), interval(2, 4, 0), interval(3, 8, 0)]
  expect(outcomesIn(intervals, { fromMs: 1_900, toMs: 2_001 }, 'place order')).toEqual({
    ok: 6,
    'http-error': 1,
  })
  expect(outcomesIn(intervals, { fromMs: 1_000, toMs: 2_000 })).toEqual({ ok: 12, 'http-error': 1 })
  expect(outcomesIn(intervals, { fromMs: 9_000, toMs: 9_500 })).toEqual({})
})

test('the share of nothing is not a pass', () => {
  expect(okShare({})).toBeNull()
  expect(okShare({ ok: 999, timeout: 1 })).toBe(0.999)
})

test('a demo that stopped early has not passed, however well it went until then', () => {
  const step = { name: 'start', ok: true, atMs: 1, observed: '' }
  expect(verdictOf([step, step], 2)).toBe('PASS')
  expect(verdictOf([step], 2)).toBe('FAIL')
  expect(verdictOf([step, { ...step, ok: false }], 2)).toBe('FAIL')
})
