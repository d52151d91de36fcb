// `msvc up` in a terminal: the services' lines and what happens to them, until Ctrl-C, then a graceful end;
// a second Ctrl-C ends everything at once.

import type { Interrupts } from '../adapters/interrupts.ts'
import { openOutput } from '../adapters/output-lines.ts'
import { systemClock } from '../adapters/clock.ts'
import type { SystemEvent } from '../events.ts'
import type { LogLine } from '../system/agent-api.ts'
import { aborted } from './aborted.ts'
import type { AgentClient } from './agent-client.ts'

export interface Foreground {
  agent: AgentClient
  ctrlC: Interrupts
  /** How a line is shown. */
  line: (line: LogLine) => string
  /** The number of the last event that was told already; later ones are news. */
  lastSeq: number
  onNews: (event: SystemEvent) => void
  /** The first Ctrl-C was heard. */
  onStop: () => void
}

/** Resolves when the fleet is down; false when it went down by itself. */
export async function stayInForeground(foreground: Foreground): Promise<boolean> {
  const { agent, ctrlC, line, lastSeq, onNews, onStop } = foreground
  const since = systemClock.now()
  const writeLine = openOutput()
  const follow = async (): Promise<void> => {
    for await (const kept of agent.logs({ tail: 50, since: since - 5000, follow: true })) {
      await writeLine(line(kept))
    }
  }
  const tellNews = async (): Promise<void> => {
    for await (const event of agent.events(lastSeq)) onNews(event)
  }
  const ended = Promise.all([follow(), tellNews()]).then(() => false)
  const asked = aborted(ctrlC.first).then(() => true)
  const wasAsked = await Promise.race([ended, asked])
  if (!wasAsked) return false
  onStop()
  void aborted(ctrlC.second).then(() => agent.stop({ now: true }))
  await agent.stop()
  await ended
  return true
}
