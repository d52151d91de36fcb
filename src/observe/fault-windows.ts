// fault.* events → one window per fault: when it was asked for, bit, and was healed.

import type { HealedBy, SystemEvent } from '../events.ts'

/** Epoch ms; null where it never came that far. */
export interface FaultWindow {
  id: string
  kind: string
  target: string
  requestedAt: number
  appliedAt: number | null
  bitAt: number | null
  healedAt: number | null
  healedBy: HealedBy | null
  /** Why it could not be applied or healed. */
  failure: string | null
}

export function faultWindows(events: readonly SystemEvent[]): FaultWindow[] {
  const windows = new Map<string, FaultWindow>()
  for (const event of events) {
    const change = changeOf(event)
    if (change === undefined) continue
    windows.set(event.subject, { ...(windows.get(event.subject) ?? unseen(event)), ...change })
  }
  return [...windows.values()]
}

// A run's slice of the journal may begin after the request.
const unseen = ({ subject, at }: SystemEvent): FaultWindow => ({
  id: subject.replace(/^fault:/, ''),
  kind: '',
  target: '',
  requestedAt: at,
  appliedAt: null,
  bitAt: null,
  healedAt: null,
  healedBy: null,
  failure: null,
})

function changeOf(event: SystemEvent): Partial<FaultWindow> | undefined {
  const { at } = event
  switch (event.type) {
    case 'fault.requested':
      return { kind: event.data.kind, target: event.data.target, requestedAt: at }
    case 'fault.applied':
      return { kind: event.data.kind, target: event.data.target, appliedAt: at }
    case 'fault.bit':
      return { kind: event.data.kind, target: event.data.target, bitAt: at }
    case 'fault.healed':
      return { kind: event.data.kind, target: event.data.target, healedAt: at, healedBy: event.data.by }
    case 'fault.failed': {
      const { kind, target, reason: failure, isGone } = event.data
      return { kind, target, failure, ...(isGone === true && { healedAt: at }) }
    }
    default:
      return undefined
  }
}
