// The services' lines as they come, for whoever follows them.

import type { LogLine } from '../system/agent-api.ts'

export interface LogFeed {
  tell(line: LogLine): void
  /** Returns the way out. */
  subscribe(listener: (line: LogLine) => void): () => void
}

export function logFeed(): LogFeed {
  const listeners = new Set<(line: LogLine) => void>()
  return {
    tell: (line) => {
      for (const listener of listeners) listener(line)
    },
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}
