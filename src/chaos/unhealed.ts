// What a crash left: the faults of a journal that were asked for and have no end in it.

import type { EventDraft, SystemEvent } from '../events.ts'

/**
 * The events that close them. The guard has ended the fleet with its agent, so there is nothing to
 * undo any more; only the record is to be made whole.
 */
export function closeUnhealed(journal: SystemEvent[], now: number): EventDraft[] {
  const ended = new Set(
    journal
      .filter(({ type }) => type === 'fault.healed' || type === 'fault.failed')
      .map(({ subject }) => subject),
  )
  return journal.flatMap((event): EventDraft[] => {
    if (event.type !== 'fault.requested' || ended.has(event.subject)) return []
    const { kind, target } = event.data
    return [
      {
        at: now,
        source: 'agent',
        type: 'fault.healed',
        subject: event.subject,
        data: { kind, target, by: 'reconcile', afterMs: Math.max(0, now - event.at) },
      },
    ]
  })
}
