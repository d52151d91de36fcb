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

/** Of each two runs that followed each other, one is the baseline's and one the candidate's. */
export function areInTurns({ baseline, candidate }: Sides<ComparedRun>): boolean {
  if (baseline.length !== candidate.length) return false
  const turns = [
    ...baseline.map(({ startedAt }) => ({ side: 0, startedAt })),
    ...candidate.map(({ startedAt }) => ({ side: 1, startedAt })),
  ].toSorted((one, other) => one.startedAt - other.startedAt)
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
