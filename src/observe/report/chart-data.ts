// Everything that the page's charts draw, in seconds since the start; read by assets/report/report.js.

import type { BreakerState, Outcome } from '../../events.ts'
import { breakerBands } from '../breaker-bands.ts'
import type { FaultWindow } from '../fault-windows.ts'
import type { LoadSeries } from '../load-series.ts'
import { probeLanes } from '../probe-lanes.ts'
import { serviceLanes, type ServiceLaneState } from '../service-lanes.ts'
import type { Lane } from '../span.ts'
import type { SystemEvent } from '../../events.ts'

export interface ChartData {
  /** Where the time axis ends. */
  durationS: number
  load: ChartLoad | null
  faults: { label: string; fromS: number; toS: number }[]
  lanes: ChartLane[]
}

interface ChartLoad {
  /** The middle of each second. */
  timesS: number[]
  scheduled: number[]
  outcomes: { name: Outcome; counts: number[] }[]
  p50: (number | null)[]
  p90: (number | null)[]
  p99: (number | null)[]
  max: (number | null)[]
}

interface ChartLane {
  label: string
  spans: { fromS: number; toS: number; state: BreakerState | ServiceLaneState; reason: string }[]
}

export interface ChartInput {
  events: readonly SystemEvent[]
  series: LoadSeries | undefined
  faults: readonly FaultWindow[]
  startedAt: number
  endedAt: number
}

export function chartData({ events, series, faults, startedAt, endedAt }: ChartInput): ChartData {
  const seconds = (at: number): number => Math.max(0, Math.round(at - startedAt) / 1000)
  const lane = ({ subject, spans }: Lane<BreakerState | ServiceLaneState>): ChartLane => ({
    label: subject.replace(':', ' → '),
    spans: spans
      .filter(({ to }) => to === null || to > startedAt)
      .map(({ from, to, state, reason }) => ({
        fromS: seconds(from),
        toS: seconds(to ?? endedAt),
        state,
        reason,
      })),
  })
  return {
    durationS: Math.max(seconds(endedAt), (series?.seconds.at(-1) ?? -1) + 1),
    load: series === undefined ? null : chartLoad(series, startedAt),
    faults: faults
      .filter(({ appliedAt }) => appliedAt !== null)
      .map(({ kind, target, appliedAt, healedAt }) => ({
        label: `${kind} ${target.replace(':', ' → ')}`,
        fromS: seconds(appliedAt ?? startedAt),
        toS: seconds(healedAt ?? endedAt),
      })),
    lanes: [
      ...serviceLanes(events, startedAt).map(lane),
      ...breakerBands(events, startedAt).map(lane),
      ...probeLanes(events, startedAt).map(lane),
    ],
  }
}

function chartLoad(
  { seconds, scheduled, outcomes, responseMs, startedAt }: LoadSeries,
  zero: number,
): ChartLoad {
  const offset = (startedAt - zero) / 1000
  return {
    timesS: seconds.map((second) => second + offset + 0.5),
    scheduled,
    outcomes,
    p50: responseMs.p50,
    p90: responseMs.p90,
    p99: responseMs.p99,
    max: responseMs.max,
  }
}
