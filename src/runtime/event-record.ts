// The agent's events: numbered, written to the journal, told to whoever listens.

import { readJournal, type Journal } from '../adapters/agent-journal.ts'
import type { EventDraft, SystemEvent } from '../events.ts'

export interface EventRecord {
  publish(event: EventDraft): void
  /** Returns when the event is on the disk itself. */
  publishDurably(event: EventDraft): void
  /** All events after that number, then each new one, none left out or told twice. Returns the way out. */
  subscribe(after: number, listener: (event: SystemEvent) => void): () => void
  /** All events after that number so far. */
  since(after: number): SystemEvent[]
}

/** @param firstSeq where the journal's numbers go on */
export function recordEvents(journal: Journal, firstSeq = 1): EventRecord {
  const listeners = new Set<(event: SystemEvent) => void>()
  const next = { seq: firstSeq }
  const publish = (draft: EventDraft): void => {
    const event = { v: 1, seq: next.seq, ...draft } as SystemEvent
    next.seq += 1
    journal.append(event)
    for (const listener of listeners) listener(event)
  }
  // The journal is written synchronously, so what it holds now and what comes next have no gap.
  const since = (after: number): SystemEvent[] => readJournal(journal.path).filter(({ seq }) => seq > after)
  return {
    publish,
    publishDurably(draft) {
      publish(draft)
      journal.sync()
    },
    subscribe(after, listener) {
      for (const event of since(after)) listener(event)
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    since,
  }
}
