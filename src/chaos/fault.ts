// What a kind of fault is. Each stands in a file of its own under faults/ and is listed in faults.ts.
//
//   prepare ──▶ (the intent is on the disk) ──▶ apply ──▶ bite ──▶ … lease … ──▶ undo
//     │ refuses here what would touch nothing              │ proof that it touched something
//     └ knows the undo before anything is done             └ resolves when the system is whole again

import type { Clock, ProcessIdentity } from '../ports.ts'
import type { FaultDeclaration, FaultSettings } from '../system/fault-declaration.ts'
import type { Touched } from '../system/proxy-api.ts'
import type { FaultSignal, ProcessesUnderFault, RunningProcess } from './processes-under-fault.ts'

export interface FaultKind extends FaultDeclaration {
  /**
   * What it needs for itself alone, from before it is applied until it is healed: `process of payment`. Two
   * faults that claim the same thing would undo each other, so the second is refused.
   */
  claims(target: string): string[]
  /** Throws a UserError when there is nothing that it could touch. Changes nothing yet. */
  prepare(order: FaultOrder): PreparedFault
}

/** A request that was read and checked. */
export interface FaultOrder extends FaultSettings {
  id: string
  target: string
  leaseMs: number
  fleet: FleetUnderFault
  clock: Clock
}

export interface PreparedFault {
  /**
   * `with-traffic`: it is there, and bites what comes by; it may be late, but not later than its lease.
   * Absent: it is seen to bite before whoever asked for it is answered.
   */
  bites?: 'with-traffic'
  apply(): Promise<AppliedFault>
  /**
   * Resolves when the target is whole again, seen by a probe; rejects when it does not become so. A fault that
   * bites with traffic tells what it touched in all, if it did.
   */
  undo(signal: AbortSignal): Promise<string | void>
}

export interface AppliedFault {
  pids: number[]
  /** What was seen of its effect; rejects when the signal aborts first. */
  bite(signal: AbortSignal): Promise<string>
}

/** What faults may do to the fleet. Only processes of our own fleet can be reached through it. */
export interface FleetUnderFault {
  /** Why there is no process to break, if so: "payment is stopped". */
  whyDown(service: string): string | undefined
  /**
   * Takes the service out of the supervisor's care: it will not be started again until released. undefined: it
   * has no process that could be held.
   */
  hold(service: string, faultId: string): RunningProcess | undefined
  /** False when that very process is gone. */
  signal(process: ProcessIdentity, signal: FaultSignal): boolean
  /** Starts it again if it is down; resolves when it is ready, rejects when it does not become so. */
  release(service: string, signal: AbortSignal): Promise<void>
  processes: ProcessesUnderFault
  /** The proxies of the edges; absent when the fleet runs without them. */
  edges?: EdgesUnderFault
}

/** What faults may do to the edges: only through their proxies, and only with a lease that the proxies keep. */
export interface EdgesUnderFault {
  /** Why these proxies cannot have that fault, if so. */
  whyNot?(fault: { kind: string; direction: FaultOrder['direction']; percent: number }): string | undefined
  /** Resolves when it is set, for the connections that are open too. */
  add(edge: string, toxic: ToxicOrder): Promise<void>
  /** Resolves with what it touched in all, once it is gone. */
  remove(edge: string, toxic: string): Promise<Touched>
  /** Resolves at its first touch; rejects when the signal aborts first. */
  untilBit(edge: string, toxic: string, signal: AbortSignal): Promise<Touched>
  /** Ends its connections and refuses new ones; resolves with how many were open. */
  close(edge: string, ttlMs: number): Promise<number>
  /** Undoes `close`. */
  open(edge: string): Promise<void>
  /** What becomes of a new connection through the edge. */
  probe(edge: string): Promise<EdgeProbe>
  /**
   * Resolves when a request through the edge is answered again, or when what keeps it from being so is not
   * the edge: its callee is down, or something else breaks it still. Rejects when the signal aborts first.
   */
  untilWhole(edge: string, signal: AbortSignal): Promise<void>
}

export interface ToxicOrder {
  name: string
  /** As Toxiproxy calls it. */
  type: string
  stream: 'upstream' | 'downstream'
  /** Share of connections, 0 to 1. */
  toxicity: number
  attributes: Readonly<Record<string, number | string | boolean>>
  seed: number
  ttlMs: number
}

/** `answered`: the callee answered over HTTP, whatever it said. */
export type EdgeProbe = 'answered' | 'refused' | 'silent' | 'cut'
