import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { UserError } from '../../src/errors.ts'
import { createHistogram, recordMs } from '../../src/load/histogram.ts'
import {
  checkThresholds,
  judge,
  type JudgedRun,
  parseThreshold,
  quantileMs,
} from '../../src/load/thresholds.ts'

const histogramOf = (values: readonly number[]) => {
  const histogram = createHistogram()
  for (const value of values) recordMs(histogram, value)
  return histogram
}
const oneTo = (last: number) => Array.from({ length: last }, (_, index) => index + 1)

/** 98 arrivals ok after 1 … 98 ms, 2 failed. */
const run: JudgedRun = {
  outcomes: { ok: 98, timeout: 1, 'http-error': 1 },
  okResponse: histogramOf(oneTo(98)),
  requests: [
    { name: 'place order', outcomes: { ok: 10 }, okResponse: histogramOf(oneTo(10)) },
    { name: 'never made', outcomes: {}, okResponse: createHistogram() },
  ],
  phases: new Map([
    [
      'spike',
      {
        outcomes: { ok: 3, reset: 1 },
        okResponse: histogramOf([5, 6, 7]),
        requests: [{ name: 'place order', outcomes: { ok: 2 }, okResponse: histogramOf([5, 6]) }],
        durationMs: 500,
      },
    ],
  ]),
  achievedRate: 99.5,
  durationMs: 1000,
  isTrusted: true,
}
const result = (expression: string, of = run) => judge([parseThreshold(expression)], of)[0]!

describe('a threshold', () => {
  test.each([
    ['p50<51ms', true, 50],
    ['p50<50ms', false, 50],
    ['p50<=50.1ms', true, 50],
    ['p98<99ms', true, 98],
    // The 99th of a hundred failed: it is infinitely slow.
    ['p99<1h', false, null],
    ['max<1h', false, null],
    ['mean<1h', false, null],
    ['errors<1%', false, 0.02],
    ['errors<2.1%', true, 0.02],
    ['errors<3', true, 2],
    ['timeout<1', false, 1],
    ['reset<1', true, 0],
    ['rps>99', true, 99.5],
    ['rps>=100', false, 99.5],
    ['ok-rps>97', true, 98],
    ['p99{place order}<300ms', true, 10],
    ['p90 {place order} < 9ms', false, 9],
    ['mean{place order}<6ms', true, 5.5],
    ['p99{never made}<1h', false, null],
    ['errors{never made}<1%', false, null],
    ['p75@spike<8ms', true, 7],
    ['p99@spike<1h', false, null],
    ['errors@spike<=25%', true, 0.25],
    ['ok-rps@spike>5', true, 6],
    ['max{place order}@spike<7ms', true, 6],
  ])('%s: %s, observed %s', (expression, ok, observed) => {
    const { ok: isMet, observed: found } = result(expression)
    expect(isMet).toBe(ok)
    if (observed === null) expect(found).toBeNull()
    else expect(found).toBeCloseTo(observed, 1)
  })

  test('writes 99.9 as p99.9 or p999', () => {
    expect(parseThreshold('p999<1s').metric).toEqual(parseThreshold('p99.9<1s').metric)
    expect(parseThreshold('p9999<1s').metric).toEqual(parseThreshold('p99.99<1s').metric)
  })

  test('is never passed by a run that is not to be trusted', () => {
    expect(result('errors<100%', { ...run, isTrusted: false }).ok).toBe(false)
    expect(result('errors<100%').ok).toBe(true)
  })

  test.each([
    ['', 'something like'],
    ['p99', 'something like'],
    ['p99=200ms', 'something like'],
    ['p0<1ms', 'something like'],
    ['p101<1ms', 'something like'],
    ['latency<1ms', 'something like'],
    ['p99<200', 'unit of time'],
    ['p99<1%', 'unit of time'],
    ['errors<1ms', 'a share'],
    ['rps>50%', 'arrivals per second'],
    ['rps{place order}>5', 'ok-rps{name}'],
  ])('%j is refused, with what is expected', (expression, hint) => {
    const refusal = (() => {
      try {
        return parseThreshold(expression)
      } catch (error) {
        return error
      }
    })()
    expect(refusal).toBeInstanceOf(UserError)
    expect(refusal).toMatchObject({ exitCode: 2, next: expect.stringContaining(hint) as string })
  })

  test('about a request that is not made is refused, naming those that are', () => {
    const about = [parseThreshold('p99{pay}<1s')]
    expect(() => checkThresholds(about, ['place', 'read'])).toThrow(
      expect.objectContaining({ next: 'Expected one of the requests: place, read.' }) as Error,
    )
    checkThresholds(about, ['pay'])
  })
})

test('a percentile is that of the sorted arrivals, with the failed ones at the end', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 1, max: 2000 }), { minLength: 1, maxLength: 60 }),
      fc.nat(60),
      fc.constantFrom(0.5, 0.9, 0.95, 0.99, 0.999, 1),
      (values, failures, fraction) => {
        const all = [...values.toSorted((a, b) => a - b), ...Array<number>(failures).fill(Infinity)]
        const rank = Math.max(1, Math.ceil(fraction * all.length - 1e-9))
        const found = quantileMs(
          { outcomes: { ok: values.length, reset: failures }, okResponse: histogramOf(values) },
          fraction,
        )
        const truth = all[rank - 1]!
        if (truth === Infinity) expect(found).toBe(Infinity)
        else expect(Math.abs(found! - truth)).toBeLessThanOrEqual(truth * 0.001 + 0.001)
      },
    ),
  )
})
