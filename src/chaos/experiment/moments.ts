// When things were, on the load's own clock of whole seconds.

import { firstFaultMs, longestWindowMs, type Experiment } from './experiment.ts'
import type { Observed, ObservedFault } from './observed.ts'
import type { QuantileMs, Seconds } from './reading-of-load.ts'

/** What the judge knows beside the events. */
export interface Known {
  /** Epoch ms of the first arrival's intended time. */
  loadStartedAt: number
  /** The id of each fault of the method, once the agent has given it. */
  faultIds: readonly (string | undefined)[]
  /** Why a fault of the method could not be set, if so. */
  refusals?: readonly (string | undefined)[]
  /** Epoch ms; what happened before is known by now. */
  knownUntil: number
  /** Nothing more is to come. */
  isOver: boolean
  quantileMs: QuantileMs
}

export const faultOf = (observed: Observed, known: Known, index: number): ObservedFault | undefined => {
  const id = known.faultIds[index]
  return id === undefined ? undefined : observed.faults[id]
}

/** The window just before the first fault was due. */
export function baselineSeconds(experiment: Experiment, windowMs = longestWindowMs(experiment)): Seconds {
  const to = Math.floor(firstFaultMs(experiment) / 1000)
  return { from: to - windowMs / 1000, to }
}

/** The seconds that a fault touched; `to` is null while it is not over. */
export function secondsUnder(
  { appliedAt, healedAt }: ObservedFault,
  { loadStartedAt }: Known,
): { from: number; to: number | null } | null {
  if (appliedAt === null) return null
  const to = healedAt === null ? null : Math.ceil((healedAt - loadStartedAt) / 1000)
  return { from: Math.max(0, Math.floor((appliedAt - loadStartedAt) / 1000)), to }
}

/** Seconds of load up to here are told in full. */
export const toldSeconds = ({ seconds }: Observed): number => (seconds.at(-1)?.second ?? -1) + 1

/** Why there is no time after the faults to be judged. */
export function noRecoveryText(observed: Observed, known: Known): string {
  const faults = known.faultIds.map((_, index) => faultOf(observed, known, index))
  if (faults.some((fault) => fault?.appliedAt == null)) return 'it ended before every fault was set'
  const isHarmless = faults.every((fault) => fault?.healedAt != null || fault?.bitAt === null)
  return isHarmless ? 'a fault did not bite' : 'a fault was not healed'
}

/** When the last fault was healed; null while one is not. */
export function lastHealedAt(observed: Observed, known: Known): number | null {
  const faults = known.faultIds.map((_, index) => faultOf(observed, known, index))
  if (faults.length === 0 || faults.some((fault) => fault?.healedAt == null)) return null
  return Math.max(...faults.map((fault) => fault!.healedAt!))
}
