// A run's slice of a journal: what happened in its time, and what was so already when it began: faults
// that had not ended, breakers that were not closed, services that were not up.

import type { SystemEvent } from '../events.ts'

/** @param start epoch ms. Events must be in the journal's order; what is carried over keeps its own time. */
export function sliceFrom(events: readonly SystemEvent[], start: number): SystemEvent[] {
  const inTime = events.filter(({ at }) => at >= start)
  const carried = new Map<string, SystemEvent[]>()
  for (const event of events) if (event.at < start) carry(carried, event)
  return [...carried.values()]
    .flat()
    .toSorted((one, other) => one.seq - other.seq)
    .concat(inTime)
}

/** Under each subject, the events that tell its state; none once it is as it would be without them. */
function carry(carried: Map<string, SystemEvent[]>, event: SystemEvent): void {
  const { subject } = event
  switch (event.type) {
    case 'fault.requested':
    case 'fault.applied':
    case 'fault.bit':
      carried.set(subject, [...(carried.get(subject) ?? []), event])
      return
    case 'fault.failed': {
      // Of one that bit, that it could not be healed; of one that did not, that it is over.
      const told = carried.get(subject) ?? []
      if (told.some(({ type }) => type === 'fault.bit')) carried.set(subject, [...told, event])
      else carried.delete(subject)
      return
    }
    case 'breaker.transition':
      if (event.data.to === 'closed') carried.delete(subject)
      else carried.set(subject, [event])
      return
    case 'service.exited':
      carried.set(subject, [event])
      for (const [edge, [last]] of carried) if (isBreakerOf(subject, last)) carried.delete(edge)
      return
    case 'service.started':
    case 'service.crash-looped':
      carried.set(subject, [event])
      return
    case 'fault.healed':
    case 'service.ready':
      carried.delete(subject)
      return
    default:
  }
}

/** A breaker ends with the process that has it. */
const isBreakerOf = (service: string, event: SystemEvent | undefined): boolean =>
  event?.type === 'breaker.transition' && event.source === `service:${service}`
