// Which faults a foreign Toxiproxy server can make so that it can be told whether they bit. What it did to
// which connection it does not say; only what passed the edge meanwhile is known, from our own counter.

import type { FaultDirection } from '../system/fault-declaration.ts'

export interface FaultOnToxiproxy {
  kind: string
  direction: FaultDirection | null
  percent: number
}

/** undefined: it can. */
export function whyNotOnToxiproxy({ kind, direction, percent }: FaultOnToxiproxy): string | undefined {
  const why = never[kind]
  if (why !== undefined) return why
  if (percent < 100) return 'it does not tell which connections it breaks, and its chance takes no seed'
  if (kind === 'timeout' && direction === 'down')
    return 'nobody sees what it swallows of the answers; say --direction up or both'
  return undefined
}

const never: Record<string, string> = {
  http: 'it knows no HTTP',
  loss: 'it has no packet loss without losing bytes of the stream',
  limit: 'it does not tell whether a connection came to its limit',
  'slow-close': 'it does not tell whether the end of a connection was held back',
}
