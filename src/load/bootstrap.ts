// How far a figure of a run would move if the run were repeated, from the run itself: the circular block
// bootstrap.
//
// Seconds of a run resemble their neighbours (a garbage collection, a busy neighbour), and its minutes drift,
// so single seconds cannot be drawn as if they were independent, and single requests even less. Whole blocks
// of seconds are drawn, each a fifth of the run:
//
//   seconds   0 1 2 3 4 5 6 7 8 9 …      block of 3 ─▶  [7 8 9] [2 3 4] [9 0 1] …  as many as there were
//
// So few blocks say little about their own spread; Student's t knows that, and widens the interval. Blocks as
// short as the resemblance of neighbours seems to last would give narrower intervals, and wrong ones: the
// resemblance is seen in the same few seconds (docs/decisions/0008).

import { fractionAt } from './chance.ts'
import type { Stretch } from './ledger.ts'

const blocksOfRun = 5

/** @param length of the shorter run */
export const blockLength = (length: number): number => Math.max(1, Math.floor(length / blocksOfRun))

/** One resample, as long as the run: blocks from a circle of `length`; one that goes round is two stretches. */
export function resample(
  { length, block }: { length: number; block: number },
  chance: (draw: number) => number,
): Stretch[] {
  const drawn: Stretch[] = []
  for (let draw = 0; draw * block < length; draw++) {
    const from = Math.floor(chance(draw) * length)
    const to = from + Math.min(block, length - draw * block)
    drawn.push({ from, to: Math.min(to, length) })
    if (to > length) drawn.push({ from: 0, to: to - length })
  }
  return drawn
}

/** The draws of resample number `round`, the same for the same seed. */
export const chanceOf =
  (seed: number, round: number) =>
  (draw: number): number =>
    fractionAt(seed + round * 7919, draw)

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
 * The confidence interval around an estimate, from the values of its resamples. Symmetric: the quantiles of
 * the resamples would follow a tail that a few blocks happen to have.
 */
export function spreadOf(estimate: number, resampled: readonly number[], blocks: number): Spread {
  const mean = average(resampled)
  const deviation = Math.sqrt(average(resampled.map((value) => (value - mean) ** 2)))
  return intervalOf(estimate, deviation, blocks - 2)
}

/** @param freedom degrees of freedom that the deviation is known with */
export function intervalOf(estimate: number, deviation: number, freedom: number): Spread {
  const quantile = studentQuantile(Math.max(3, freedom))
  return {
    low: estimate - quantile * deviation,
    high: estimate + quantile * deviation,
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
