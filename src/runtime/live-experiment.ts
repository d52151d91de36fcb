// An experiment as it goes on, on stderr: a line for each thing that happens.

import { experimentNewsLine, experimentSecondLine, judgedLine } from '../cli/views/experiment.ts'
import { eventText } from '../cli/views/load-news.ts'
import { systemClock } from '../adapters/clock.ts'
import type { ExperimentWatch } from './experiment-scene.ts'

export function liveExperiment(): ExperimentWatch {
  const write = (line: string): void => void process.stderr.write(`${line}\n`)
  const state = { startedAt: 0 }
  return {
    note: write,
    started(at) {
      state.startedAt = at
    },
    event(event) {
      if (event.type === 'load.interval') return write(experimentSecondLine(event.data))
      const text = eventText(event)
      if (text !== undefined) write(experimentNewsLine(text, event.at - state.startedAt))
    },
    judged: (judged) => write(judgedLine(judged, systemClock.now() - state.startedAt)),
  }
}

export const silently: ExperimentWatch = { note() {}, started() {}, event() {}, judged() {} }
