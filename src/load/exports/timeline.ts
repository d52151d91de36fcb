// A run as NDJSON, for notebooks and log stores: one line a second, and one for each fault, breaker
// transition and end of a service, by their time. `second` counts from the start of the schedule.

import type { SystemEvent } from '../../events.ts'
import type { RecordedRun } from './recorded.ts'

const told: ReadonlySet<SystemEvent['type']> = new Set([
  'load.interval',
  'fault.applied',
  'fault.bit',
  'fault.healed',
  'breaker.transition',
  'service.exited',
  'service.ready',
])

export const timelineOf = ({ report, events }: RecordedRun): string =>
  events
    .filter(({ type }) => told.has(type))
    .map((event) => `${JSON.stringify(lineOf(event, report.startedAt))}\n`)
    .join('')

function lineOf(event: SystemEvent, startedAt: number): object {
  if (event.type !== 'load.interval') {
    const { at, type, subject, data } = event
    return { at, second: Math.round(at - startedAt) / 1000, type, subject, ...data }
  }
  const { responseHistogram: _, requestHistograms: __, second, ...figures } = event.data
  return { at: startedAt + second * 1000, second, type: event.type, ...figures }
}
