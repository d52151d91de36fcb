// What an export is made from: a run as it was recorded.

import { type LoadInterval, isOf, type SystemEvent } from '../../events.ts'
import type { LoadReport } from '../../system/load-report.ts'
import { together } from '../encoded-histogram.ts'
import { type Histogram, quantileUs } from '../histogram.ts'

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
  (quantileUs(histogram, fraction) ?? 0) / 1000

export const smallestMs = ({ summary }: Histogram): number =>
  Number.isFinite(summary[2]) ? summary[2]! / 1000 : 0

export const failedIn = ({ outcomes, schedule }: LoadReport): number => schedule.arrivals - (outcomes.ok ?? 0)
