// What an experiment is: load, faults at their times, and what must stay true. As data.
//
//   warm-up │ steady state │ fault ……………… │ recovery │ steady state again
//           0              at             at + for            │
//           └───────────── load, never slowed down ───────────┘
//
// Times count from the first arrival of the load, in milliseconds.

import type { BreakerState } from '../../events.ts'
import type { FaultRequest } from '../../system/fault-declaration.ts'

export interface Experiment {
  name: string
  seed: number
  load: ExperimentLoad
  probes: Probe[]
  /** In the order of the file. */
  method: PlannedFault[]
  recover: { withinMs: number; breakersClose: boolean }
  halt: HaltCondition[]
  limits: { maxDurationMs: number; maxServices: number }
  /** The system's own invariants are checked at the end. */
  checksInvariants: boolean
}

export interface ExperimentLoad {
  ratePerSecond: number
  /** Path of the scenario, relative to the system's folder. */
  scenario: string
  durationMs: number
  /** Before the load, gentler and not judged: the first requests compile the services' code. */
  warmUpMs: number
  /** From an arrival's intended start. */
  timeoutMs: number
}

export type Probe = LoadProbe | HttpProbe

/** Read off the load's own books. */
export interface LoadProbe {
  kind: 'load'
  name: string
  metric: Metric
  /** Names of the scenario's requests; null: all of them. */
  requests: readonly string[] | null
  /** At least one of them; in the metric's unit. */
  min?: Limit
  max?: Limit
  /** Whole seconds. */
  windowMs: number
}

/** Asks a service from outside, again and again. */
export interface HttpProbe {
  kind: 'http'
  name: string
  service: string
  path: string
  /** Absent: any 2xx. */
  status?: number
  everyMs: number
  timeoutMs: number
}

/** `share` from 0 to 1; latency in milliseconds; rate in ok answers a second. */
export type Metric =
  | { kind: 'success_rate' }
  | { kind: 'latency'; name: string; fraction: number }
  | { kind: 'rate' }

/** A number, or so many times what was measured before the first fault, and so much more in the metric's unit. */
export type Limit =
  | { kind: 'absolute'; value: number }
  | { kind: 'of-baseline'; times: number; plus?: number }

export interface PlannedFault {
  /** `kill payment`; a second one of the same is `kill payment #2`. */
  name: string
  kind: string
  /** A service or an edge. */
  target: string
  atMs: number
  forMs: number
  /** What only some kinds take. */
  options: FaultOptions
  expect: FaultExpectation[]
}

export type FaultOptions = Pick<FaultRequest, 'percent' | 'direction' | 'seed' | 'params'>

/** What must be seen while the fault is there. */
export type FaultExpectation =
  | { kind: 'breaker-within'; edge: string; state: BreakerState; withinMs: number }
  | { kind: 'breaker-during'; edge: string; state: BreakerState }
  | { kind: 'probe-during'; probe: string }
  /** It may break at first, and holds again so soon, with the fault still there. */
  | { kind: 'probe-within'; probe: string; withinMs: number }

/** The experiment ends at once when this has been so for so long. */
export interface HaltCondition {
  /** As people read it: `success_rate below 0.5 for 3s`. */
  name: string
  metric: Metric
  requests: readonly string[] | null
  below?: number
  above?: number
  /** Whole seconds. */
  forMs: number
}

/** When the first fault is due; the steady state is judged just before. */
export const firstFaultMs = ({ method }: Pick<Experiment, 'method'>): number =>
  Math.min(...method.map(({ atMs }) => atMs))

export const longestWindowMs = ({ probes }: Pick<Experiment, 'probes'>): number =>
  Math.max(1000, ...probes.map((probe) => (probe.kind === 'load' ? probe.windowMs : 0)))
