// `msvc load compare` and `--baseline`: two recorded runs → which one is better, and how sure that is.

import { compareLoads, type ComparedLoad, type CompareOptions } from '../load/compare.ts'
import { type RecordedRun, secondsOf } from '../load/exports/recorded.ts'
import type { LoadComparison } from '../system/load-comparison.ts'
import { readRecordedRun } from './recorded-run.ts'

export interface CompareRuns extends CompareOptions {
  /** The folder in which it was typed. */
  from: string
  /** Ids, or their last four characters. */
  baseline: string
  candidate: string
}

/** @throws UserError unknown-run, no-load-in-run */
export async function compareRuns({
  from,
  baseline,
  candidate,
  ...options
}: CompareRuns): Promise<LoadComparison> {
  const [one, other] = await Promise.all([readRecordedRun(from, baseline), readRecordedRun(from, candidate)])
  return compareLoads(comparedOf(one), comparedOf(other), options)
}

const comparedOf = (run: RecordedRun): ComparedLoad => ({
  run: {
    id: run.id,
    target: run.report.target,
    ratePerSecond: run.report.schedule.ratePerSecond,
    isValid: run.report.verdict === 'valid' && !run.report.isInterrupted,
  },
  seconds: secondsOf(run),
})
