// load.interval events → columns over time, one row a second of the schedule.

import {
  isOf,
  outcomes,
  type LoadInterval,
  type Outcome,
  type Percentiles,
  type SystemEvent,
} from '../events.ts'

export interface LoadSeries {
  /** Epoch ms of the schedule's start. */
  startedAt: number
  /** The second of the schedule of each row. */
  seconds: number[]
  scheduled: number[]
  /** Only outcomes that occurred, `ok` first, then in the order of events.ts. */
  outcomes: { name: Outcome; counts: number[] }[]
  responseMs: Record<keyof Percentiles, (number | null)[]>
  lagP99Ms: (number | null)[]
}

/** undefined when nothing was loaded. `startedAt`: when the load said that its schedule began. */
export function loadSeries(
  events: readonly SystemEvent[],
  startedAt: number | undefined,
): LoadSeries | undefined {
  const intervals = events.filter(isOf('load.interval')).toSorted((a, b) => a.data.second - b.data.second)
  if (intervals.length === 0) return undefined
  const rows = intervals.map(({ data }) => data)
  const column = (key: keyof Percentiles): (number | null)[] => rows.map(({ responseMs }) => responseMs[key])
  return {
    startedAt: startedAt ?? estimatedStart(intervals),
    seconds: rows.map(({ second }) => second),
    scheduled: rows.map(({ scheduled }) => scheduled),
    outcomes: outcomes
      .map((name) => ({ name, counts: rows.map((row) => row.outcomes[name] ?? 0) }))
      .filter(({ counts }) => counts.some((count) => count > 0)),
    responseMs: {
      p50: column('p50'),
      p90: column('p90'),
      p99: column('p99'),
      p999: column('p999'),
      max: column('max'),
    },
    lagP99Ms: rows.map(({ lagMs }) => lagMs.p99),
  }
}

// An interval is told when all of its arrivals have ended: never before its second is over, so the
// earliest guess is the nearest.
const estimatedStart = (intervals: readonly { at: number; data: LoadInterval }[]): number =>
  Math.min(...intervals.map(({ at, data }) => at - (data.second + 1) * 1000))
