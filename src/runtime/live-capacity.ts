// A capacity search as it goes on: one line that is drawn over in a terminal, a line per probe elsewhere.

import { createLogUpdate } from 'log-update'
import { capacityProgressLine } from '../cli/views/capacity.ts'
import type { CapacityProgress } from '../system/capacity-report.ts'

export interface LiveCapacity {
  tell(progress: Omit<CapacityProgress, 'elapsedMs'>): void
  /** Takes the line away; the report follows. */
  end(): void
}

export function liveCapacity(target: string, isLive: boolean, elapsedMs: () => number): LiveCapacity {
  if (!isLive) return { tell() {}, end() {} }
  const line = (progress: Omit<CapacityProgress, 'elapsedMs'>): string =>
    capacityProgressLine(target, { ...progress, elapsedMs: elapsedMs() })
  if (process.stderr.isTTY && process.env['CI'] === undefined) {
    const frame = createLogUpdate(process.stderr, { showCursor: false })
    return { tell: (progress) => frame(line(progress)), end: () => frame.clear() }
  }
  return {
    tell(progress) {
      if (progress.seconds === 1) process.stderr.write(`${line(progress)}\n`)
    },
    end() {},
  }
}
