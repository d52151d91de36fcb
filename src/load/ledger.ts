// The seconds of a run, summed up so that any stretch of them can be asked for its percentiles at once: a
// bootstrap asks thousands of times.
//
//   row t   how many arrivals before t took at most so long, for each latency that occurs
//
// A stretch is the difference of two rows; a percentile is a binary search over the latencies.

import type { LoadInterval } from '../events.ts'
import { decode } from './encoded-histogram.ts'
import { recordedIn } from './histogram.ts'
import { arrivalsIn } from './thresholds.ts'

export interface Ledger {
  /** Rows lie so many seconds apart. */
  stride: number
  /** Stretches between rows. */
  length: number
  /** That occur, ascending, on a logarithmic grid of 0.1 %: e ** (bin / binsPerE) µs. */
  bins: Int32Array
  rows: readonly Uint32Array[]
  arrivalsBefore: readonly number[]
  failedBefore: readonly number[]
}

/** From row `from` to row `to`. */
export interface Stretch {
  from: number
  to: number
}

const binsPerE = 1000
const binOf = (us: number): number => Math.round(Math.log(Math.max(1, us)) * binsPerE)

export function ledgerOf(seconds: readonly LoadInterval[], stride: number): Ledger {
  const recorded = seconds.map(({ responseHistogram }) =>
    recordedIn(decode(responseHistogram)).map(({ us, times }) => ({ bin: binOf(us), times })),
  )
  const bins = Int32Array.from(new Set(recorded.flatMap((each) => each.map(({ bin }) => bin)))).sort()
  const placeOf = new Map([...bins].map((bin, place) => [bin, place]))
  const counters = new Uint32Array(bins.length)
  const rows = [summedUp(counters)]
  const arrivalsBefore = [0]
  const failedBefore = [0]
  let [arrivals, failed] = [0, 0]
  for (const [index, { outcomes }] of seconds.entries()) {
    for (const { bin, times } of recorded[index]!) counters[placeOf.get(bin)!]! += times
    arrivals += arrivalsIn(outcomes)
    failed += arrivalsIn(outcomes) - (outcomes.ok ?? 0)
    if ((index + 1) % stride !== 0 && index + 1 < seconds.length) continue
    rows.push(summedUp(counters))
    arrivalsBefore.push(arrivals)
    failedBefore.push(failed)
  }
  return { stride, length: rows.length - 1, bins, rows, arrivalsBefore, failedBefore }
}

function summedUp(counters: Uint32Array): Uint32Array {
  let sum = 0
  return counters.map((times) => (sum += times))
}

export const whole = ({ length }: Ledger): Stretch[] => [{ from: 0, to: length }]

/** In ms; NaN when nothing was recorded there. */
export function quantileMs({ bins, rows }: Ledger, stretches: readonly Stretch[], fraction: number): number {
  const upTo = (place: number): number => {
    let sum = 0
    for (const { from, to } of stretches) sum += rows[to]![place]! - rows[from]![place]!
    return sum
  }
  const total = bins.length === 0 ? 0 : upTo(bins.length - 1)
  if (total === 0) return Number.NaN
  const rank = Math.max(1, Math.ceil(fraction * total))
  let [low, high] = [0, bins.length - 1]
  while (low < high) {
    const middle = (low + high) >> 1
    if (upTo(middle) >= rank) high = middle
    else low = middle + 1
  }
  return Math.exp(bins[low]! / binsPerE) / 1000
}

/** Failed arrivals among all. */
export function failedShare({ arrivalsBefore, failedBefore }: Ledger, stretches: readonly Stretch[]): number {
  const sum = (before: readonly number[]): number =>
    stretches.reduce((total, { from, to }) => total + before[to]! - before[from]!, 0)
  return sum(failedBefore) / Math.max(1, sum(arrivalsBefore))
}
