// What an export is made from: a run as it was recorded.

import { type LoadInterval, isOf, type OutcomeCounts, type SystemEvent } from '../../events.ts'
import type { LoadReport } from '../../system/load-report.ts'
import { together } from '../encoded-histogram.ts'
import { type Histogram, quantileMs } from '../histogram.ts'
import { sentForMs } from '../report.ts'

export interface RecordedRun {
  id: string
  report: LoadReport
  /** Of the run and of the system that was loaded, by their time. */
  events: readonly SystemEvent[]
}

/** The seconds of the schedule, in order. */
export const secondsOf = ({ events }: RecordedRun): LoadInterval[] =>
  events
    .filter(isOf('load.interval'))
    .map(({ data }) => data)
    .toSorted((a, b) => a.second - b.second)

/** The response times of all seconds together. */
export const responsesOf = (run: RecordedRun): Histogram =>
  together(secondsOf(run).map(({ responseHistogram }) => responseHistogram))

/** Milliseconds; 0 where nothing was recorded, as the formats below have no other way to say it. */
export const quantileMsOf = (histogram: Histogram, fraction: number): number =>
  quantileMs(histogram, fraction) ?? 0

export const smallestMs = ({ summary }: Histogram): number =>
  Number.isFinite(summary[2]) ? summary[2]! / 1000 : 0

/** Arrivals that came to an end of their own: all, but for those that an interrupt left unfinished. */
export const endedIn = ({ outcomes, schedule }: LoadReport): number =>
  schedule.arrivals - (outcomes.unfinished ?? 0)

export const failedIn = (report: LoadReport): number => endedIn(report) - (report.outcomes.ok ?? 0)

/** Arrivals that were answered. There may be more answers: one to each step. */
export const answeredIn = (outcomes: OutcomeCounts): number =>
  (outcomes.ok ?? 0) + (outcomes['http-error'] ?? 0) + (outcomes['check-failed'] ?? 0)

/** Per second of the time in which arrivals came. */
export const perSecond = (count: number, report: LoadReport): number => {
  const ms = sentForMs(report)
  return ms === 0 ? 0 : (count * 1000) / ms
}
