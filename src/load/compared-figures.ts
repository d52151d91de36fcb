// A figure of both sides, and how far their difference could be trusted.
//
//   one run a side    its seconds are resampled in blocks (bootstrap.ts): it cannot show how much runs differ
//   four and more     each run is one figure (run-spread.ts), so that what differs from run to run is not
//                     taken for a change
//   two or three      hardly show it: the wider of both intervals

import { blockLength, chanceOf, resample, type Spread, spreadOf } from './bootstrap.ts'
import type { UsableLoad } from './compared-seconds.ts'
import { inRecordedOrder, type Sides } from './compared-sides.ts'
import { type Ledger, ledgerOf, type Stretch, whole } from './ledger.ts'
import { spreadOfRuns } from './run-spread.ts'

/** What is asked of a run, of several, or of a resample. */
export type Figure = (ledger: Ledger, stretches: readonly Stretch[]) => number

export interface ComparedFigure {
  baseline: number
  candidate: number
  /** Of candidate − baseline. */
  spread: Spread
}

export interface ComparedFigures {
  /** How many seconds were kept together; null: whole runs were. */
  blockSeconds: number | null
  of(figure: Figure): ComparedFigure
}

/** In the order of recording. */
export interface ComparedSides extends Sides<UsableLoad> {
  areInTurns: boolean
  seed: number
}

const fewestRuns = 4
const resamples = 1000
/** Longer runs are resampled in steps of more than a second. */
const mostRows = 600

export function figuresOf(sides: ComparedSides): ComparedFigures {
  const runs = Math.min(sides.baseline.length, sides.candidate.length)
  if (runs === 1) return byBlocks(sides)
  return runs < fewestRuns ? widerOf(byBlocks(sides), byRuns(sides)) : byRuns(sides)
}

const widerOf = (one: ComparedFigures, other: ComparedFigures): ComparedFigures => ({
  blockSeconds: one.blockSeconds,
  of: (figure) => {
    const [first, second] = [one.of(figure), other.of(figure)]
    return first.spread.detectable > second.spread.detectable ? first : second
  },
})

function byRuns({ areInTurns, ...sides }: ComparedSides): ComparedFigures {
  const runs = inRecordedOrder(sides, ({ run }) => run.startedAt).map(({ side, item: { seconds } }) => ({
    side,
    ledger: ledgerOf(seconds, Math.max(1, seconds.length)),
  }))
  return {
    blockSeconds: null,
    of: (figure) => {
      const measured = runs.map(({ side, ledger }) => ({ side, value: figure(ledger, whole(ledger)) }))
      return spreadOfRuns(measured, areInTurns)
    },
  }
}

function byBlocks({ baseline, candidate, seed }: ComparedSides): ComparedFigures {
  const seconds = [baseline, candidate].map((side) => side.flatMap((load) => load.seconds))
  const stride = Math.max(1, Math.ceil(Math.max(...seconds.map(({ length }) => length)) / mostRows))
  const [before, after] = seconds.map((each) => ledgerOf(each, stride)) as [Ledger, Ledger]
  const block = blockLength(Math.min(before.length, after.length))
  // The same resamples for every figure.
  const drawn = Array.from({ length: resamples }, (_, round) =>
    [before, after].map(({ length }, side) => resample({ length, block }, chanceOf(seed, 2 * round + side))),
  )
  return {
    blockSeconds: block * stride,
    of: (figure) => {
      const [one, other] = [figure(before, whole(before)), figure(after, whole(after))]
      const differences = drawn.map(([early = [], late = []]) => figure(after, late) - figure(before, early))
      const spread = spreadOf(other - one, differences, (before.length + after.length) / block)
      return { baseline: one, candidate: other, spread }
    },
  }
}
