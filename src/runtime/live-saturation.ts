// A closed-model run as it goes on: a frame that is drawn over the last one in a terminal, a line a second
// elsewhere. On stderr, because stdout is for the result.

import { fit } from '../cli/views/fit.ts'
import { saturationFrame, saturationLine } from '../cli/views/saturation.ts'
import type { SaturationProgress } from '../system/load-report.ts'

export interface LiveSaturation {
  onProgress(progress: SaturationProgress): void
  /** Takes the frame away; the summary follows. */
  end(): void
}

export async function liveSaturation(about: {
  target: string
  connections: number
  durationMs: number
}): Promise<LiveSaturation> {
  const isTerminal = process.stderr.isTTY && process.env['CI'] === undefined
  if (!isTerminal) return inLines()
  const { createLogUpdate } = await import('log-update')
  const frame = createLogUpdate(process.stderr, { showCursor: false })
  const draw = (progress: SaturationProgress): void => {
    const { columns, rows } = process.stderr
    frame(fit(saturationFrame({ ...about, progress, columns }).split('\n'), { columns, rows }))
  }
  draw({ elapsedMs: 0, answers: 0, failures: 0, perSecond: [], serviceMs: null })
  return {
    onProgress: draw,
    end: () => frame.clear(),
  }
}

function inLines(): LiveSaturation {
  let told = 0
  return {
    onProgress(progress) {
      for (; told < progress.perSecond.length; told++) {
        process.stderr.write(`${saturationLine(progress, told)}\n`)
      }
    },
    end() {},
  }
}
