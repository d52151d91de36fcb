// What has been seen of an experiment so far: a fold over its events. Pure; judged by judge.ts.

import type { BreakerState, LoadInterval, SystemEvent } from '../../events.ts'

export interface Observed {
  /** Seconds of load, in order; a second without arrivals is not among them. */
  seconds: readonly LoadInterval[]
  transitions: readonly { edge: string; at: number; from: BreakerState; to: BreakerState }[]
  /** By the fault's id. */
  faults: Readonly<Record<string, ObservedFault>>
  /** By the probe's name: what it found when that changed, in order. */
  probes: Readonly<Record<string, readonly ProbeResult[]>>
}

/** Epoch ms; null: not seen. */
export interface ObservedFault {
  requestedAt: number
  appliedAt: number | null
  bitAt: number | null
  /** What was seen of its effect. */
  evidence: string | null
  /** Whole again. */
  healedAt: number | null
  failure: string | null
  /** It was gone before its end, and nobody had asked for that. */
  isLost: boolean
}

export interface ProbeResult {
  at: number
  isOk: boolean
  observed: string
}

export const nothingYet: Observed = { seconds: [], transitions: [], faults: {}, probes: {} }

/** With one more event; events of one source come in their order. */
export function observe(observed: Observed, event: SystemEvent): Observed {
  switch (event.type) {
    case 'load.interval':
      return { ...observed, seconds: [...observed.seconds, event.data] }
    case 'breaker.transition': {
      const { from, to } = event.data
      const transitions = [...observed.transitions, { edge: event.subject, at: event.at, from, to }]
      return { ...observed, transitions: transitions.toSorted((one, other) => one.at - other.at) }
    }
    case 'probe.result': {
      const { name, ok, observed: found } = event.data
      const results = [...(observed.probes[name] ?? []), { at: event.at, isOk: ok, observed: found }]
      return { ...observed, probes: { ...observed.probes, [name]: results } }
    }
    case 'fault.requested':
    case 'fault.applied':
    case 'fault.bit':
    case 'fault.healed':
    case 'fault.failed': {
      const id = event.subject.replace(/^fault:/, '')
      const before = observed.faults[id] ?? { ...unseen, requestedAt: event.at }
      return { ...observed, faults: { ...observed.faults, [id]: { ...before, ...changeOf(event) } } }
    }
    default:
      return observed
  }
}

const unseen = { appliedAt: null, bitAt: null, evidence: null, healedAt: null, failure: null, isLost: false }

function changeOf(event: SystemEvent): Partial<ObservedFault> {
  switch (event.type) {
    case 'fault.applied':
      return { appliedAt: event.at }
    case 'fault.bit':
      return { bitAt: event.at, evidence: event.data.evidence }
    case 'fault.healed':
      return { healedAt: event.at }
    case 'fault.failed': {
      const failure = event.data.reason
      return event.data.isGone === true ? { failure, healedAt: event.at, isLost: true } : { failure }
    }
    default:
      return {}
  }
}
