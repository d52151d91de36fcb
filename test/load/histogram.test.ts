import fc from 'fast-check'
import { expect, test } from 'vitest'
import { decode, encode, together } from '../../src/load/encoded-histogram.ts'
import {
  countOf,
  createHistogram,
  histogramBytes,
  merge,
  percentiles,
  quantileUs,
  recordUs,
  viewHistogram,
} from '../../src/load/histogram.ts'

const latencies = fc.array(
  fc.oneof(fc.integer({ min: 0, max: 5000 }), fc.integer({ min: 0, max: 2 ** 32 - 1 })),
  { minLength: 1, maxLength: 300 },
)
const fractions = fc.double({ min: 0, max: 1, noNaN: true })

test('every quantile is the true one or at most 0.1 % above it', () => {
  fc.assert(
    fc.property(latencies, fractions, (values, fraction) => {
      const truth = values.toSorted((a, b) => a - b)[Math.max(1, Math.ceil(fraction * values.length)) - 1]!
      const found = quantileUs(histogramOf(values), fraction)!
      expect(found).toBeGreaterThanOrEqual(truth)
      expect(found - truth).toBeLessThanOrEqual(truth * 0.001)
    }),
    { numRuns: 1000 },
  )
})

test('the largest value is exact', () => {
  fc.assert(
    fc.property(latencies, (values) => {
      expect(percentiles(histogramOf(values)).max).toBe(Math.max(...values) / 1000)
    }),
  )
})

test('merging two is the same as recording all into one', () => {
  fc.assert(
    fc.property(latencies, latencies, (some, others) => {
      const merged = histogramOf(some)
      merge(merged, histogramOf(others))
      expect(merged).toEqual(histogramOf([...some, ...others]))
    }),
    { numRuns: 50 },
  )
})

test('what is encoded is decoded again', () => {
  fc.assert(
    fc.property(latencies, (values) => {
      const histogram = histogramOf(values)
      expect(decode(encode(histogram))).toEqual(histogram)
    }),
    { numRuns: 50 },
  )
  expect(decode(encode(createHistogram()))).toEqual(createHistogram())
})

test('encoded ones add up to what all of them recorded, whatever the memory held that they are added up in', () => {
  const scratch = histogramOf([1, 2 ** 32 - 1])
  fc.assert(
    fc.property(fc.array(latencies, { maxLength: 4 }), (parts) => {
      const sum = together(
        parts.map((values) => encode(histogramOf(values))),
        scratch,
      )
      expect(sum).toBe(scratch)
      expect(sum).toEqual(histogramOf(parts.flat()))
    }),
    { numRuns: 50 },
  )
})

test('a second of ten thousand similar latencies fits into a few kilobytes', () => {
  const values = Array.from({ length: 10_000 }, (_, index) => 150 + (index % 700))
  expect(encode(histogramOf(values)).length).toBeLessThan(3000)
})

test.each(['', 'AQ=', 'Ag==', 'AYA=', 'AQEBAf///w8B'])('%j is refused or empty, never garbage', (text) => {
  const read = (): number => countOf(decode(text))
  if (text === 'AQ=') expect(read()).toBe(0)
  else expect(read).toThrow(RangeError)
})

test('an empty histogram has no percentiles', () => {
  expect(percentiles(createHistogram())).toEqual({ p50: null, p90: null, p99: null, p999: null, max: null })
})

test('values outside of the range are recorded at its ends', () => {
  const histogram = histogramOf([-5, 2 ** 40])
  expect(quantileUs(histogram, 0)).toBe(0)
  expect(quantileUs(histogram, 1)).toBe(2 ** 32 - 1)
})

test('what one thread records into shared memory another one reads', () => {
  const memory = new SharedArrayBuffer(histogramBytes)
  recordUs(createHistogram(memory), 1234)
  expect(percentiles(viewHistogram(memory)).p50).toBe(1.234)
})

function histogramOf(values: readonly number[]) {
  const histogram = createHistogram()
  for (const value of values) recordUs(histogram, value)
  return histogram
}
