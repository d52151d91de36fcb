// Latencies in microseconds, 0 to 71 minutes, in constant memory with three significant digits.
//
// The layout is HdrHistogram's: exact counters up to 2,047 µs, then 1,024 counters per doubling, so
// that a counter is never wider than 1/1024 of its value.
//
//   index      0 … 2047 │ 2048 … 3071 │ 3072 … 4095 │ …
//   width (µs)     1    │      2      │      4      │ …
//
// The counters may lie in a SharedArrayBuffer: one thread records, another one reads percentiles.

import type { Percentiles } from '../events.ts'

const exactCounters = 2048
const perDoubling = 1024
export const counterCount = exactCounters + 21 * perDoubling
const largestUs = 2 ** 32 - 1
const summaryBytes = 4 * Float64Array.BYTES_PER_ELEMENT

export const histogramBytes = summaryBytes + counterCount * Uint32Array.BYTES_PER_ELEMENT

export interface Histogram {
  /** How many values per counter. */
  counters: Uint32Array
  /** [count, sum, smallest, largest] in µs; sum, smallest and largest are exact. */
  summary: Float64Array
}

/** Where the summary keeps them. */
export const count = 0
export const sum = 1
export const smallest = 2
export const largest = 3

/** An empty histogram, in its own memory or over `buffer` at `offset` (a multiple of 8). */
export function createHistogram(
  buffer: ArrayBuffer | SharedArrayBuffer = new ArrayBuffer(histogramBytes),
  offset = 0,
): Histogram {
  const histogram = viewHistogram(buffer, offset)
  clear(histogram)
  return histogram
}

/** What another thread records into the same memory. */
export const viewHistogram = (buffer: ArrayBuffer | SharedArrayBuffer, offset = 0): Histogram => ({
  summary: new Float64Array(buffer, offset, 4),
  counters: new Uint32Array(buffer, offset + summaryBytes, counterCount),
})

export function clear(histogram: Histogram): void {
  histogram.counters.fill(0)
  histogram.summary.fill(0)
  histogram.summary[smallest] = Number.POSITIVE_INFINITY
}

export function recordMs(histogram: Histogram, ms: number): void {
  recordUs(histogram, Math.round(ms * 1000))
}

/** Values outside the range are recorded at its nearest end. */
export function recordUs(histogram: Histogram, value: number, times = 1): void {
  const us = value < 0 ? 0 : value > largestUs ? largestUs : value
  const { counters, summary } = histogram
  counters[counterOf(us)]! += times
  summary[count]! += times
  summary[sum]! += us * times
  if (us < summary[smallest]!) summary[smallest] = us
  if (us > summary[largest]!) summary[largest] = us
}

/** Adds what `from` has recorded to `into`. */
export function merge(into: Histogram, from: Histogram): void {
  for (let i = 0; i < counterCount; i++) into.counters[i]! += from.counters[i]!
  into.summary[count]! += from.summary[count]!
  into.summary[sum]! += from.summary[sum]!
  into.summary[smallest] = Math.min(into.summary[smallest]!, from.summary[smallest]!)
  into.summary[largest] = Math.max(into.summary[largest]!, from.summary[largest]!)
}

export const countOf = (histogram: Histogram): number => histogram.summary[count]!

export const meanMs = (histogram: Histogram): number | null =>
  countOf(histogram) === 0 ? null : histogram.summary[sum]! / countOf(histogram) / 1000

/**
 * The smallest recorded value that at least `fraction` of the values do not exceed, in µs; at most
 * 0.1 % above the truth. `null` when nothing was recorded.
 */
export function quantileUs(histogram: Histogram, fraction: number): number | null {
  const total = countOf(histogram)
  if (total === 0) return null
  const rank = Math.max(1, Math.ceil(fraction * total))
  let seen = 0
  for (let i = counterOf(histogram.summary[smallest]!); i < counterCount; i++) {
    seen += histogram.counters[i]!
    if (seen >= rank) return Math.min(highestOf(i), histogram.summary[largest]!)
  }
  return histogram.summary[largest]!
}

/** The same in ms. */
export function quantileMs(histogram: Histogram, fraction: number): number | null {
  const us = quantileUs(histogram, fraction)
  return us === null ? null : us / 1000
}

export function percentiles(histogram: Histogram): Percentiles {
  const ms = (fraction: number): number | null => quantileMs(histogram, fraction)
  return { p50: ms(0.5), p90: ms(0.9), p99: ms(0.99), p999: ms(0.999), max: ms(1) }
}

/** The index of the counter that this value is recorded in. */
export const counterOf = (us: number): number => {
  if (us < exactCounters) return us
  const shift = 21 - Math.clz32(us)
  return shift * perDoubling + (us >>> shift)
}

/** The largest value that the counter stands for. */
const highestOf = (index: number): number => {
  if (index < exactCounters) return index
  const shift = Math.floor(index / perDoubling) - 1
  return (index - shift * perDoubling + 1) * 2 ** shift - 1
}

/** What was recorded, in ascending order: a value of each counter (its smallest; the extremes exactly). */
export function recordedIn(histogram: Histogram): { us: number; times: number }[] {
  const { counters, summary } = histogram
  if (summary[count] === 0) return []
  const first = counterOf(summary[smallest]!)
  const last = counterOf(summary[largest]!)
  const recorded: { us: number; times: number }[] = []
  for (let i = first; i <= last; i++) {
    const times = counters[i]!
    if (times === 0) continue
    const us = i === last ? summary[largest]! : i === first ? summary[smallest]! : lowestOf(i)
    recorded.push({ us, times })
  }
  return recorded
}

const lowestOf = (index: number): number => (index === 0 ? 0 : highestOf(index - 1) + 1)
