// expectation.* events → what had to hold and whether it did, the last word on each.

import type { SystemEvent } from '../events.ts'

export interface ExpectationResult {
  name: string
  expected: string
  observed: string
  isMet: boolean
}

export function expectationsOf(events: readonly SystemEvent[]): ExpectationResult[] {
  const byName = new Map<string, ExpectationResult>()
  for (const event of events) {
    if (event.type !== 'expectation.met' && event.type !== 'expectation.missed') continue
    byName.set(event.data.name, { ...event.data, isMet: event.type === 'expectation.met' })
  }
  return [...byName.values()]
}
