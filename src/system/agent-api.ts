// What the agent tells and takes, over HTTP on its unix socket. The agent serves it, every other
// command is a client of it.
//
//   GET  /status                         → FleetStatus
//   GET  /events?after=<seq>             → SSE, one SystemEvent a message (id = seq); ?follow=0 ends at the newest
//   GET  /logs?service=<s>&tail=<n>      → NDJSON of LogLine; ?follow=1 stays open
//   POST /services/:name/restart         → ServiceStatus once it is ready again
//   GET  /breakers                       → EdgeBreaker[], asked of the services at this moment
//   POST /breakers/:edge {state,ttlMs}   → EdgeBreaker as it is then
//   POST /faults FaultRequest            → FaultStatus (201); ?dry-run=1 checks only → FaultRequest
//   GET  /faults                         → FaultStatus[] (newest first)
//   POST /faults/:id/heal · POST /faults/heal → FaultStatus[] once healed
//   POST /halt · DELETE /halt            → {halted, healed: FaultStatus[]}
//   POST /stop                           → 202; the agent ends its fleet and itself; ?now=1 kills
// Errors: {error:{code,message,next,data?}} with 400, 404 or 409.

import type { BreakerState } from '../events.ts'
import type { FaultSettings } from './fault-declaration.ts'
import type { Edge } from './system.ts'

export type ServiceState =
  | 'starting'
  | 'ready'
  | 'unready'
  | 'stopping'
  | 'stopped'
  | 'backing-off'
  | 'crash-looped'
  | 'held'

export interface ServiceStatus {
  name: string
  /** `held`: kept down by a fault. */
  state: ServiceState
  pid: number | null
  /** Where clients find it. */
  url: string
  /** Where the process itself listens; the proxy before it is at `url`. */
  port: number
  adminPort: number
  restarts: number
  /** Epoch ms of the last change of state. */
  since: number
  /** Why, when the state alone does not say it: the fault, the exit, the probe's answer. */
  detail: string | null
}

export interface BreakerTransition {
  at: number
  from: BreakerState
  to: BreakerState
  reason: string
}

/** As `GET /breakers` of a service gives it (the service contract in docs/architecture.md). */
export interface BreakerSnapshot {
  name: string
  state: BreakerState
  since: number
  failureRate: number
  slowRate: number
  calls: number
  openRemainingMs: number
  transitions: BreakerTransition[]
}

/** The breaker of one edge, with its history. */
export interface EdgeBreaker {
  /** `order:payment` */
  edge: string
  kind: Edge['kind']
  /** null: the caller publishes none for it, or does not run. */
  breaker: BreakerSnapshot | null
}

/** What a breaker can be told by hand; `auto` ends the other two. */
export interface BreakerOrder {
  state: 'forced_open' | 'disabled' | 'auto'
  ttlMs?: number
}

export interface EdgeStatus {
  name: string
  kind: Edge['kind']
  /** Where the caller reaches the callee. */
  url: string
  /** Whether it goes through a proxy of its own and can be broken. */
  isProxied: boolean
  /** null: the caller publishes no breaker for it. */
  breaker: Omit<BreakerSnapshot, 'transitions'> | null
}

export interface FaultStatus extends FaultSettings {
  id: string
  kind: string
  target: string
  /** `failed`: it did not bite, or could not be healed; then `healedAt` is null. */
  state: 'applying' | 'active' | 'healing' | 'healed' | 'failed'
  requestedAt: number
  expiresAt: number
  /** Whether and when it was first seen to touch something. */
  bitAt: number | null
  /** When the target was whole again. */
  healedAt: number | null
  detail: string | null
}

/** One that failed and was undone is over too. */
export const isOpenFault = ({ state, healedAt }: Pick<FaultStatus, 'state' | 'healedAt'>): boolean =>
  state !== 'healed' && !(state === 'failed' && healedAt !== null)

export interface FleetStatus {
  version: 1
  system: { name: string; root: string; entry: string }
  agent: { pid: number; startedAt: number; cliVersion: string }
  /** The process that holds the proxies of the edges; null: there is none (`--direct`). */
  proxy: {
    pid: number | null
    restarts: number
    api: string | null
    /** host:port of the foreign server that makes the faults on edges, with --toxiproxy. */
    toxiproxy?: string
  } | null
  halted: boolean
  services: ServiceStatus[]
  edges: EdgeStatus[]
  faults: FaultStatus[]
}

export interface LogLine {
  service: string
  at: number
  stream: 'stdout' | 'stderr'
  line: string
}
