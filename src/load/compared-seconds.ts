// Which seconds of a run a comparison may use: neither the warm-up, nor those that something else disturbed.
//
//   run       0 1 │ 2 3 4 5 6 7 8 9 │ 10          the last one is not whole
//   lag p99       │     ▲     ▲     │              the generator itself was late: disturbed
//   usable        │ 2 3   5 6   8 9 │
//
// A second is disturbed when the generator was late in it: its clock says so whatever the target answered, so
// leaving it out favours neither side. A run whose other half is sound still says something.

import type { LoadInterval } from '../events.ts'
import type { ComparedRun } from '../system/load-comparison.ts'
import type { LoadVerdict } from '../system/load-report.ts'
import { tolerableLagMs } from './self-diagnosis.ts'

export interface ComparedLoad {
  run: Pick<ComparedRun, 'id' | 'target' | 'ratePerSecond' | 'startedAt'> & {
    verdict: LoadVerdict
    isInterrupted: boolean
  }
  /** In order. */
  seconds: readonly LoadInterval[]
}

export interface UsableLoad {
  run: ComparedRun
  seconds: readonly LoadInterval[]
}

/** Connections are opened and code is compiled in the first seconds. */
const warmUpSeconds = 2
const shortestWithWarmUp = 10
/** With more of its seconds disturbed, the rest is not trusted either. */
const mostDisturbed = 0.5

export function usableOf({ run: { verdict, isInterrupted, ...run }, seconds }: ComparedLoad): UsableLoad {
  const recorded = settled(seconds)
  const usable = recorded.filter(({ lagMs }) => (lagMs.p99 ?? 0) <= tolerableLagMs)
  const disturbed = recorded.length - usable.length
  const isSound = verdict === 'valid' || (verdict === 'noisy' && disturbed <= recorded.length * mostDisturbed)
  const isValid = isSound && !isInterrupted
  return { run: { ...run, seconds: usable.length, disturbed, isValid }, seconds: usable }
}

/** Without the warm-up, and without a last second that is not a whole one. */
function settled(seconds: readonly LoadInterval[]): readonly LoadInterval[] {
  const warm = seconds.length > shortestWithWarmUp ? seconds.slice(warmUpSeconds) : seconds
  const usual = warm.map(({ scheduled }) => scheduled).toSorted((a, b) => a - b)[warm.length >> 1] ?? 0
  const last = warm.at(-1)
  return last !== undefined && last.scheduled < usual / 2 ? warm.slice(0, -1) : warm
}
