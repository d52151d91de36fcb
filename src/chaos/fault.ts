// What a kind of fault is. Each stands in a file of its own under faults/ and is listed in faults.ts.
//
//   prepare ──▶ (the intent is on the disk) ──▶ apply ──▶ bite ──▶ … lease … ──▶ undo
//     │ refuses here what would touch nothing              │ proof that it touched something
//     └ knows the undo before anything is done             └ resolves when the system is whole again

import type { ProcessExit, ProcessIdentity } from '../ports.ts'

export interface FaultKind {
  /** As on the command line: `kill`. */
  kind: string
  target: 'service' | 'edge'
  defaultLeaseMs: number
  /**
   * What it needs for itself alone, from before it is applied until it is healed: `process of payment`. Two
   * faults that claim the same thing would undo each other, so the second is refused.
   */
  claims(target: string): string[]
  /** Throws a UserError when there is nothing that it could touch. Changes nothing yet. */
  prepare(request: { id: string; target: string; fleet: FleetUnderFault }): PreparedFault
}

export interface PreparedFault {
  apply(): Promise<AppliedFault>
  /** Resolves when the target is whole again, seen by a probe; rejects when it does not become so. */
  undo(signal: AbortSignal): Promise<void>
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
  /** Takes the service out of the supervisor's care: it will not be started again until released. */
  hold(service: string, faultId: string): (ProcessIdentity & { exited: Promise<ProcessExit> }) | undefined
  /** False when that very process is gone. */
  signal(process: ProcessIdentity, signal: 'SIGKILL'): boolean
  /** Starts it again; resolves when it is ready, rejects when it does not become so. */
  release(service: string, signal: AbortSignal): Promise<void>
}
