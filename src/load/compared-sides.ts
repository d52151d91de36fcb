// What may be concluded of two sides, each of one or several runs, before any latency is looked at.

import type { ComparedRun, ComparisonVerdict } from '../system/load-comparison.ts'
import type { UsableLoad } from './compared-seconds.ts'

/**
 * Of the share of disturbed seconds. A target that makes the machine busy disturbs the generator, and what is
 * left of it then are its better seconds.
 */
const tolerableImbalance = 0.1

export interface Sides<Item> {
  baseline: readonly Item[]
  candidate: readonly Item[]
}

export const areMostlyValid = (side: readonly UsableLoad[]): boolean =>
  side.filter(({ run }) => run.isValid).length * 2 >= side.length

/** The valid runs; all, for their figures alone, when too few are. */
export const countedOf = (side: readonly UsableLoad[]): readonly UsableLoad[] =>
  areMostlyValid(side) ? side.filter(({ run }) => run.isValid) : side

/** Both sides together, each with the name of its own. */
export function inRecordedOrder<Item>(
  { baseline, candidate }: Sides<Item>,
  startedAt: (item: Item) => number,
): { side: keyof Sides<Item>; item: Item }[] {
  return [
    ...baseline.map((item) => ({ side: 'baseline' as const, item })),
    ...candidate.map((item) => ({ side: 'candidate' as const, item })),
  ].toSorted((one, other) => startedAt(one.item) - startedAt(other.item))
}

/** Of each two runs that followed each other, one is the baseline's and one the candidate's. */
export function areInTurns({ baseline, candidate }: Sides<ComparedRun>): boolean {
  if (baseline.length !== candidate.length) return false
  const turns = inRecordedOrder({ baseline, candidate }, ({ startedAt }) => startedAt)
  return turns.every(({ side }, turn) => turn % 2 === 0 || side !== turns[turn - 1]!.side)
}

/** Whether the verdict is one that the side with more disturbed seconds may owe to their absence. */
export function isFavour(verdict: ComparisonVerdict, { baseline, candidate }: Sides<ComparedRun>): boolean {
  const imbalance = disturbance(candidate) - disturbance(baseline)
  if (Math.abs(imbalance) <= tolerableImbalance || verdict === 'inconclusive') return false
  return verdict !== (imbalance > 0 ? 'worse' : 'better')
}

function disturbance(runs: readonly ComparedRun[]): number {
  const disturbed = runs.reduce((sum, run) => sum + run.disturbed, 0)
  const compared = runs.reduce((sum, run) => sum + run.seconds, 0)
  return disturbed / Math.max(1, disturbed + compared)
}
