// What an experiment found, in one word; apart from whether everything was put back.

import { exitCodes, type ExitCode } from '../../errors.ts'
import type { Cleanup, Verdict } from '../../system/experiment-result.ts'
import type { LoadReport } from '../../system/load-report.ts'
import type { Judged } from './judgement.ts'

export interface Findings {
  expectations: readonly Judged[]
  cleanup: Cleanup
  /** A halt condition held, or somebody asked for the end. */
  wasHalted: boolean
  /** undefined: no load was made. */
  load: Pick<LoadReport, 'verdict'> | undefined
}

/**
 * The first that applies. A fault that touched nothing says nothing about the system; without a steady
 * state, or with a generator that could not keep up, there is nothing to compare with; what deviated stays
 * so, also when the system could not be put back afterwards, or when of something else nobody can tell whether it was
 * the system's or the generator's lateness.
 */
export function verdictOf({ expectations, cleanup, wasHalted, load }: Findings): Verdict {
  const isMissed = (concerns: Judged['concerns']): boolean =>
    expectations.some((one) => one.concerns === concerns && one.state !== 'met')
  if (expectations.some(({ concerns, state }) => concerns === 'baseline' && state === 'missed')) {
    return 'NO-BASELINE'
  }
  if (wasHalted) return 'HALTED'
  if (load === undefined || isMissed('experiment')) return 'ERROR'
  if (load.verdict === 'generator-limited' || isMissed('baseline')) return 'NO-BASELINE'
  if (isMissed('hypothesis')) return 'DEVIATED'
  // Nothing recovers from a fault that is still there: that is said by the cleanup.
  if (isMissed('recovery') && cleanup === 'CLEAN') return 'DEVIATED'
  if (isMissed('generator')) return 'NO-BASELINE'
  return cleanup === 'RESIDUAL' ? 'RESIDUAL' : 'PASS'
}

const codes: Record<Verdict, ExitCode> = {
  PASS: exitCodes.done,
  DEVIATED: exitCodes.refuted,
  HALTED: exitCodes.refuted,
  'NO-BASELINE': exitCodes.invalid,
  ERROR: exitCodes.failed,
  RESIDUAL: exitCodes.residual,
}

/** What is left broken is worth more than any finding. */
export const exitCodeOf = (verdict: Verdict, cleanup: Cleanup): ExitCode =>
  cleanup === 'RESIDUAL' ? exitCodes.residual : codes[verdict]
