// What an experiment found: the object that `msvc chaos run --json` prints, and that reports read.

import type { LoadReport } from './load-report.ts'

export type Verdict = 'PASS' | 'DEVIATED' | 'NO-BASELINE' | 'HALTED' | 'ERROR' | 'RESIDUAL'
export type Cleanup = 'CLEAN' | 'RESIDUAL'

export interface ExperimentResult {
  version: 1
  verdict: Verdict
  cleanup: Cleanup
  expectations: ExperimentExpectation[]
  faults: ExperimentFault[]
  /** null: none was made. */
  load: LoadReport | null
  runId: string
}

export interface ExperimentExpectation {
  name: string
  met: boolean
  observed: string
  /** false: without a steady state before there was nothing to judge it by. Absent: it was judged. */
  judged?: false
}

export const isMissed = ({ met, judged }: ExperimentExpectation): boolean => !met && judged !== false
export const isUnjudged = ({ judged }: ExperimentExpectation): boolean => judged === false

/** Times are epoch milliseconds. */
export interface ExperimentFault {
  /** null: it was never set. */
  id: string | null
  kind: string
  target: string
  /** Seen to touch something. */
  bit: boolean
  startedAt: number | null
  healedAt: number | null
}
