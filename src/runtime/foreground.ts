// `msvc up` in a terminal: the services' lines until Ctrl-C, then a graceful end; a second Ctrl-C ends
// everything at once.

import type { Interrupts } from '../adapters/interrupts.ts'
import { openOutput } from '../adapters/output-lines.ts'
import { systemClock } from '../adapters/clock.ts'
import type { LogLine } from '../system/agent-api.ts'
import type { AgentClient } from './agent-client.ts'

export interface Foreground {
  agent: AgentClient
  ctrlC: Interrupts
  /** How a line is shown. */
  line: (line: LogLine) => string
  /** The first Ctrl-C was heard. */
  onStop: () => void
}

/** Resolves when the fleet is down; false when it went down by itself. */
export async function stayInForeground({ agent, ctrlC, line, onStop }: Foreground): Promise<boolean> {
  const since = systemClock.now()
  const writeLine = openOutput()
  const follow = async (): Promise<void> => {
    for await (const kept of agent.logs({ tail: 50, since: since - 5000, follow: true })) {
      await writeLine(line(kept))
    }
  }
  const ended = follow().then(() => false)
  const asked = aborted(ctrlC.first).then(() => true)
  const wasAsked = await Promise.race([ended, asked])
  if (!wasAsked) return false
  onStop()
  void aborted(ctrlC.second).then(() => agent.stop({ now: true }))
  await agent.stop()
  await ended
  return true
}

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })
