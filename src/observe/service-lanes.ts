// Lifecycle events → for each service that did not simply run, whether it was up over time.

import type { SystemEvent } from '../events.ts'
import { spansOf, type Lane } from './span.ts'

export type ServiceLaneState = 'up' | 'down' | 'starting'

interface Change {
  at: number
  to: ServiceLaneState
  reason: string
}

/** Services that left or came in the time of the run; one that only ran has no lane. */
export function serviceLanes(events: readonly SystemEvent[], start: number): Lane<ServiceLaneState>[] {
  const changes = new Map<string, Change[]>()
  for (const event of events) {
    const change = changeOf(event)
    if (change !== undefined) changes.set(event.subject, [...(changes.get(event.subject) ?? []), change])
  }
  return [...changes].map(([subject, ofService]) => ({
    subject,
    spans: spansOf(ofService, { start, before: ofService[0]!.to === 'down' ? 'up' : 'down' }),
  }))
}

function changeOf(event: SystemEvent): Change | undefined {
  const { at } = event
  switch (event.type) {
    case 'service.exited': {
      const { signal, code } = event.data
      return { at, to: 'down', reason: signal === null ? `ended with ${code}` : `ended by ${signal}` }
    }
    case 'service.started':
      return { at, to: 'starting', reason: `pid ${event.data.pid}` }
    case 'service.ready':
      return { at, to: 'up', reason: `ready after ${Math.round(event.data.afterMs)} ms` }
    default:
      return undefined
  }
}
