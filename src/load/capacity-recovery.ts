// Does a target hold its objectives again after an overload, while four fifths of its capacity keep coming?

import type { LoadInterval } from '../events.ts'
import type { CapacityProbe, CapacityProgress, CapacityRecovery } from '../system/capacity-report.ts'
import { type CapacityPorts, probed } from './capacity-probe.ts'
import { lean, type Objective, sloSecond } from './slo.ts'

const overloadSeconds = 3
const recoverySeconds = 12
/** The overload after the search, over the capacity. */
export const overloadFactor = 1.5
const recoveryFactor = 0.8
/** So many seconds in a row without a miss have to be seen. */
const heldSeconds = 3

export interface Overload {
  capacity: number
  objectives: readonly Objective[]
  rounded: (rate: number) => number
}

export async function recover(
  { capacity, objectives, rounded }: Overload,
  ports: Pick<CapacityPorts, 'probe'>,
  tell: (progress: Pick<CapacityProgress, 'phase' | 'ratePerSecond' | 'seconds'>) => void,
): Promise<{ probes: CapacityProbe[]; recovery: CapacityRecovery } | 'interrupted'> {
  const overload = rounded(overloadFactor * capacity)
  const rate = rounded(recoveryFactor * capacity)
  const during: LoadInterval[] = []
  const overloaded = await ports.probe(
    { phase: 'overload', ratePerSecond: overload, maxSeconds: overloadSeconds, drain: false },
    (interval) => {
      during.push(interval)
      return false
    },
  )
  if (overloaded === 'interrupted') return 'interrupted'
  const after: LoadInterval[] = []
  const held = (): number => {
    const clean = after.map((interval) => lean([sloSecond(interval, objectives)], objectives) === 'meets')
    return clean.length - 1 - clean.lastIndexOf(false)
  }
  const recovered = await ports.probe(
    { phase: 'recovery', ratePerSecond: rate, maxSeconds: recoverySeconds, drain: false },
    (interval) => {
      after.push(interval)
      tell({ phase: 'recovery', ratePerSecond: rate, seconds: after.length })
      return held() >= heldSeconds
    },
  )
  if (recovered === 'interrupted') return 'interrupted'
  const isBack = held() >= heldSeconds
  return {
    probes: [
      probed({ phase: 'overload', rate: overload, intervals: during, decision: 'misses' }),
      probed({ phase: 'recovery', rate, intervals: after, decision: isBack ? 'meets' : 'misses' }),
    ],
    recovery: {
      overloadPerSecond: overload,
      ratePerSecond: rate,
      afterMs: isBack ? (after.length - held()) * 1000 : null,
      withinMs: recoverySeconds * 1000,
    },
  }
}
