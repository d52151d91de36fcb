// How far a figure of a run would move if the run were repeated, from the run itself: the circular block
// bootstrap.
//
// Seconds of a run resemble their neighbours (a garbage collection, a busy neighbour), so single seconds
// cannot be drawn as if they were independent, and single requests even less. Whole blocks of seconds are
// drawn, as long as the resemblance lasts:
//
//   seconds   0 1 2 3 4 5 6 7 8 9 …      block of 3 ─▶  [7 8 9] [2 3 4] [9 0 1] …  as many as there were

import { fractionAt } from './chance.ts'

/** Indices of one resample: `length` of them, in blocks, from a circle of `length`. */
export function resample(
  { length, block }: { length: number; block: number },
  chance: (draw: number) => number,
): number[] {
  const drawn: number[] = []
  for (let draw = 0; drawn.length < length; draw++) {
    const start = Math.floor(chance(draw) * length)
    for (let i = 0; i < block && drawn.length < length; i++) drawn.push((start + i) % length)
  }
  return drawn
}

/** The draws of resample number `round`, the same for the same seed. */
export const chanceOf =
  (seed: number, round: number) =>
  (draw: number): number =>
    fractionAt(seed + round * 7919, draw)

/**
 * How many neighbours belong together in a series: one and a half times its autocorrelation time, at least
 * the cube root of its length, at most a fifth of it.
 */
export function blockLength(series: readonly number[]): number {
  const { length } = series
  const mean = average(series)
  const deviations = series.map((value) => value - mean)
  const variance = average(deviations.map((value) => value ** 2))
  const longest = Math.max(1, Math.floor(length / 5))
  let time = 1
  for (let lag = 1; lag < length / 2 && variance > 0; lag++) {
    const products = deviations.slice(lag).map((value, index) => value * deviations[index]!)
    const correlation = products.reduce((sum, value) => sum + value, 0) / length / variance
    // Beyond this it is noise, which adds up to anything.
    if (correlation < 2 / Math.sqrt(length)) break
    time += 2 * correlation
  }
  return Math.min(longest, Math.max(Math.ceil(1.5 * time), Math.ceil(Math.cbrt(length))))
}

/** Two-sided, 95 % for three figures together (Bonferroni): the normal quantile of 1 − 0.05 / 6. */
const normalQuantile = 2.394
/** The normal quantile of 0.8: found four times out of five. */
const powerQuantile = 0.8416

export const confidence = 0.95

export interface Spread {
  low: number
  high: number
  /** The smallest difference that would be found four times out of five. */
  detectable: number
}

/**
 * The confidence interval around an estimate, from the values of its resamples. Few blocks know little
 * about their own spread: the interval is stretched as Student's t is against the normal distribution.
 */
export function spreadOf(estimate: number, resampled: readonly number[], blocks: number): Spread {
  const sorted = resampled.toSorted((a, b) => a - b)
  const at = (fraction: number): number =>
    sorted[Math.min(sorted.length - 1, Math.max(0, Math.round(fraction * (sorted.length - 1))))]!
  const tail = (1 - confidence) / 6
  const quantile = studentQuantile(Math.max(3, blocks - 2))
  const stretch = quantile / normalQuantile
  const mean = average(sorted)
  const deviation = Math.sqrt(average(sorted.map((value) => (value - mean) ** 2)))
  return {
    low: estimate + stretch * Math.min(0, at(tail) - estimate),
    high: estimate + stretch * Math.max(0, at(1 - tail) - estimate),
    detectable: (quantile + powerQuantile) * deviation,
  }
}

/** Student's t at the same level, by the expansion of Cornish and Fisher around the normal quantile. */
function studentQuantile(freedom: number): number {
  const z = normalQuantile
  return (
    z +
    (z ** 3 + z) / (4 * freedom) +
    (5 * z ** 5 + 16 * z ** 3 + 3 * z) / (96 * freedom ** 2) +
    (3 * z ** 7 + 19 * z ** 5 + 17 * z ** 3 - 15 * z) / (384 * freedom ** 3)
  )
}

export const average = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length)
