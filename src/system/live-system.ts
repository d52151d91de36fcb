// A running system as it is watched: who reaches whom, how each service and each breaker is, which faults
// are in force, and what recovers when. Made in observe/, drawn in cli/views/.

import type { BreakerState } from '../events.ts'
import type { FaultStatus, ServiceState } from './agent-api.ts'
import type { Edge } from './system.ts'

/** All times are epoch ms. */
export interface LiveSystem {
  version: 1
  /** When it was looked at. */
  at: number
  system: string
  halted: boolean
  /** From the entry on, each service below the one through which it is reached first. */
  rows: LiveRow[]
  /** Those that are in force, oldest first. */
  faults: LiveFault[]
  /** What comes next first; what nobody can tell the time of, last. */
  recoveries: Recovery[]
}

/** An edge and the service at its far end; the entry, and what nobody calls, stand without an edge. */
export interface LiveRow {
  service: string
  state: ServiceState
  /** How far from the entry. */
  depth: number
  /** It has a row of its own elsewhere: only the edge counts here. */
  isAgain: boolean
  edge: LiveEdge | null
  /** Ids of faults on the service, or on the edge. */
  faults: string[]
}

export interface LiveEdge {
  name: string
  kind: Edge['kind']
  /** null: its caller publishes none, or is down. */
  breaker: LiveBreaker | null
  isCallerDown: boolean
}

export interface LiveBreaker {
  state: BreakerState
  since: number
  /** When it lets calls through again, as far as the caller has told. */
  triesAt: number | null
}

export type LiveFault = Pick<
  FaultStatus,
  'id' | 'kind' | 'target' | 'state' | 'requestedAt' | 'expiresAt' | 'detail'
>

export interface Recovery {
  what:
    | 'breaker-tries'
    | 'breaker-closes'
    | 'breaker-is-automatic'
    | 'service-starts'
    | 'service-is-ready'
    | 'service-stays-down'
  /** The edge or the service. */
  subject: string
  at: number | null
  /** What is in its way: "kill payment lasts", "payment is crash-looped". */
  despite: string | null
}
