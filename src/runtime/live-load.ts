// A load run as it goes on: a frame that is drawn over the last one in a terminal, a line a second
// elsewhere. On stderr, because stdout is for the result.

import { createLogUpdate } from 'log-update'
import { intervalLine, liveFrame } from '../cli/views/load.ts'
import type { LoadInterval } from '../events.ts'
import type { LoadProgress } from '../system/load-report.ts'
import type { LoadWatchers } from './load.ts'

export interface LiveLoadAbout {
  target: string
  schedule: { arrivals: number; ratePerSecond: number; durationMs: number }
}

export type LiveLoad = Pick<LoadWatchers, 'onInterval' | 'onProgress'> & {
  /** Takes the frame away; the summary follows. */
  end(): void
}

export function liveLoad(about: LiveLoadAbout): LiveLoad {
  const isTerminal = process.stderr.isTTY && process.env['CI'] === undefined
  return isTerminal ? inTerminal(about) : inLines()
}

const inLines = (): LiveLoad => ({
  onInterval: (interval) => void process.stderr.write(`${intervalLine(interval)}\n`),
  end() {},
})

function inTerminal(about: LiveLoadAbout): LiveLoad {
  const frame = createLogUpdate(process.stderr, { showCursor: false })
  const intervals: LoadInterval[] = []
  const draw = (progress: LoadProgress | null): void =>
    frame(liveFrame({ ...about, progress, intervals, columns: process.stderr.columns }))
  draw(null)
  return {
    onInterval: (interval) => void intervals.push(interval),
    onProgress: draw,
    end: () => frame.clear(),
  }
}
