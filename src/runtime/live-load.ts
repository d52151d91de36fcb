// A load run as it goes on: a frame that is drawn over the last one in a terminal, a line a second
// elsewhere. On stderr, because stdout is for the result. When a fleet of ours is loaded, what happens to it
// is told too, as its agent tells it.

import { fit } from '../cli/views/fit.ts'
import { intervalLine, liveFrame, type LiveSecond } from '../cli/views/load.ts'
import { newsLines } from '../cli/views/load-news.ts'
import type { SystemEvent } from '../events.ts'
import type { LoadProgress } from '../system/load-report.ts'
import type { AgentClient } from './agent-client.ts'
import type { LoadWatchers } from './load.ts'

export interface LiveLoadAbout {
  target: string
  schedule: { arrivals: number; ratePerSecond: number; durationMs: number }
}

export type LiveLoad = Pick<LoadWatchers, 'onStarted' | 'onInterval' | 'onProgress'> & {
  /** Takes the frame away; the summary follows. */
  end(): void
}

export async function liveLoad(about: LiveLoadAbout, agent?: AgentClient): Promise<LiveLoad> {
  const isTerminal = process.stderr.isTTY && process.env['CI'] === undefined
  return isTerminal ? inTerminal(about, agent) : inLines()
}

const inLines = (): LiveLoad => ({
  onInterval: (interval) => void process.stderr.write(`${intervalLine(interval)}\n`),
  end() {},
})

async function inTerminal(about: LiveLoadAbout, agent: AgentClient | undefined): Promise<LiveLoad> {
  // A tenth of a second of start-up, which plain lines need not pay.
  const { createLogUpdate } = await import('log-update')
  const frame = createLogUpdate(process.stderr, { showCursor: false })
  const intervals: LiveSecond[] = []
  const events: SystemEvent[] = []
  const watching = new AbortController()
  let startedAt = Number.POSITIVE_INFINITY
  if (agent !== undefined) void follow(agent, events, watching.signal)
  const draw = (progress: LoadProgress | null): void => {
    const { columns, rows } = process.stderr
    const lines = liveFrame({ ...about, progress, intervals, columns }).split('\n')
    frame(fit([...lines, ...newsLines(events, startedAt)], { columns, rows }))
  }
  draw(null)
  return {
    onStarted: (at) => {
      startedAt = at
    },
    onInterval: ({ second, responseMs }) => void intervals.push({ second, responseMs }),
    onProgress: draw,
    end() {
      watching.abort()
      frame.clear()
    },
  }
}

async function follow(agent: AgentClient, events: SystemEvent[], signal: AbortSignal): Promise<void> {
  try {
    for await (const event of agent.events(0, signal)) events.push(event)
  } catch {
    // The view was ended, or the agent was: the load goes on without its news.
  }
}
