// `msvc load compare` and `--baseline`: recorded runs → which side is better, and how sure that is.

import { errors } from '../errors.ts'
import { compareLoads, type CompareOptions } from '../load/compare.ts'
import type { ComparedLoad } from '../load/compared-seconds.ts'
import { type RecordedRun, secondsOf } from '../load/exports/recorded.ts'
import type { LoadComparison } from '../system/load-comparison.ts'
import { readRecordedRun } from './recorded-run.ts'

export interface CompareRuns extends CompareOptions {
  /** The folder in which it was typed. */
  from: string
  /** Ids, or their last four characters; several with commas. */
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
  const [before, after] = await Promise.all([readRuns(from, baseline), readRuns(from, candidate)])
  return compareLoads(before.map(comparedOf), after.map(comparedOf), options)
}

/** @throws UserError unknown-run, no-load-in-run, bad-value */
export async function readRuns(from: string, named: string): Promise<RecordedRun[]> {
  const names = named.split(',').map((name) => name.trim())
  const runs = await Promise.all(names.map((name) => readRecordedRun(from, name)))
  const isTwice = new Set(runs.map(({ id }) => id)).size < runs.length
  if (isTwice || names.includes(''))
    throw errors.badValue('the runs of a side', named, 'ids with commas between them, each once')
  return runs
}

const comparedOf = (run: RecordedRun): ComparedLoad => ({
  run: {
    id: run.id,
    target: run.report.target,
    ratePerSecond: run.report.schedule.ratePerSecond,
    startedAt: run.report.startedAt,
    verdict: run.report.verdict,
    isInterrupted: run.report.isInterrupted,
  },
  seconds: secondsOf(run),
})
