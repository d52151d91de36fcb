// An experiment as it goes on, on stderr: a line for each thing that happens. In a terminal the lines go up
// and away, and the system stays below them, as `msvc chaos watch` shows it.

import { experimentNewsLine, experimentSecondLine, judgedLine } from '../cli/views/experiment.ts'
import { eventText } from '../cli/views/load-news.ts'
import { systemClock } from '../adapters/clock.ts'
import { connectAgent } from './agent-client.ts'
import type { ExperimentWatch } from './experiment-scene.ts'

export interface LiveExperiment extends ExperimentWatch {
  /** Takes the frame away; the result follows. */
  end(): void
}

export const silently: LiveExperiment = { note() {}, started() {}, event() {}, judged() {}, end() {} }

export async function liveExperiment(root: string): Promise<LiveExperiment> {
  const isTerminal = process.stderr.isTTY && process.env['CI'] === undefined
  return isTerminal ? inTerminal(root) : inLines()
}

function inLines(): LiveExperiment {
  const write = (line: string): void => void process.stderr.write(`${line}\n`)
  return { ...told({ write, second: write }), end() {} }
}

async function inTerminal(root: string): Promise<LiveExperiment> {
  // A tenth of a second of start-up, which plain lines need not pay.
  const [{ createLogUpdate }, { drawUntilEnded, frameOf }, { watchSystem }] = await Promise.all([
    import('log-update'),
    import('./live-system.ts'),
    import('./watch-system.ts'),
  ])
  const over = new AbortController()
  const watch = await watchSystem(await connectAgent(root), over.signal)
  const frame = createLogUpdate(process.stderr, { showCursor: false })
  const state = { second: undefined as string | undefined, isOver: false }
  const draw = (): void => {
    if (!state.isOver) frame(frameOf({ live: watch.live(), news: [] }, process.stderr, state.second))
  }
  // The experiment itself tells when the agent is gone.
  void drawUntilEnded(watch, draw).catch(() => {})
  return {
    ...told({
      write(line) {
        frame.persist(line)
        draw()
      },
      second: (line) => void (state.second = line),
    }),
    end() {
      state.isOver = true
      over.abort()
      frame.clear()
      frame.done()
    },
  }
}

/** @param to.write what stays · @param to.second what the next second replaces, where it can */
function told(to: { write(line: string): void; second(line: string): void }): ExperimentWatch {
  const state = { startedAt: undefined as number | undefined }
  /** What happens before the first arrival is told as at its time. */
  const sinceStart = (at: number): number => at - (state.startedAt ?? at)
  return {
    note: to.write,
    started(at) {
      state.startedAt = at
    },
    event(event) {
      if (event.type === 'load.interval') return to.second(experimentSecondLine(event.data))
      const text = eventText(event)
      if (text !== undefined) to.write(experimentNewsLine(text, sinceStart(event.at)))
    },
    judged: (judged) => to.write(judgedLine(judged, sinceStart(systemClock.now()))),
  }
}
