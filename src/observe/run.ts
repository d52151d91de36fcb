// A recorded run: what run.json says, and how runs are named, sorted and numbered.

import type { EventDraft, OrderCounts, RunKind, SystemEvent } from '../events.ts'
import type { CapacityReport } from '../system/capacity-report.ts'
import type { ExperimentResult } from '../system/experiment-result.ts'
import type { LoadReport } from '../system/load-report.ts'

/** run.json. Times are epoch milliseconds. */
export interface Run {
  version: 1
  id: string
  kind: RunKind
  title: string
  target: string
  /** Name of the system; null for a run against something else. */
  system: string | null
  startedAt: number
  endedAt: number
  verdict: string
  /** How many orders it got acknowledged, all of them in its record. */
  acknowledged: number
  summary: RunSummary
}

/** What a run found; each kind of run fills in what it has. */
export interface RunSummary {
  load?: LoadReport
  capacity?: CapacityReport
  breaker?: { openedAfterMs: number | null; closedAfterMs: number | null }
  orders?: OrderCounts | null
  experiment?: Pick<ExperimentResult, 'cleanup' | 'expectations' | 'faults'>
  steps?: { name: string; ok: boolean; atMs: number; observed?: string }[]
}

/** `20261122-153000-load-a1b2`: sorts by time, in UTC. `startedAt` is in ISO form, `chance` in [0, 1). */
export function runId(startedAt: string, kind: RunKind, chance: number): string {
  const digits = startedAt.replace(/[-:]/g, '').replace('T', '-').slice(0, 15)
  const tail = Math.floor(chance * 0x1_0000)
    .toString(16)
    .padStart(4, '0')
  return `${digits}-${kind}-${tail}`
}

export const byTime = (one: { at: number }, other: { at: number }): number => one.at - other.at

/** @param index its place in the journal, from 0 */
export const numbered = (event: EventDraft | SystemEvent, index: number): SystemEvent =>
  ({ ...event, v: 1, seq: index + 1 }) as SystemEvent

/** An event as a report keeps it: the histograms of a second are ten times all else that is said of it. */
export function withoutHistograms(event: SystemEvent): SystemEvent {
  if (event.type !== 'load.interval') return event
  const { requestHistograms: _, ...data } = event.data
  return { ...event, data: { ...data, responseHistogram: '' } }
}
