// What faults may do to processes: those of our own fleet, and burners, which are ours too.

import type { ProcessExit, ProcessIdentity, ProcessLook } from '../ports.ts'

export type FaultSignal = 'SIGKILL' | 'SIGSTOP' | 'SIGCONT'

export interface RunningProcess extends ProcessIdentity {
  exited: Promise<ProcessExit>
}

export interface ProcessesUnderFault {
  /** What the kernel tells of it; undefined when it is gone. */
  look(process: ProcessIdentity): ProcessLook | undefined
  /** Asks the service once whether it is ready, and how long the answer took. */
  ask(service: string, withinMs: number): Promise<{ isReady: boolean; afterMs: number }>
  /** Why its event loop cannot be reached, if so: "it is not Node". */
  whyNoEventLoop(service: string): string | undefined
  /**
   * From now on its event loop stands still now and then, until the time is over or it is told otherwise.
   * `firstMs`: how long the first one was, by the clock of the process.
   */
  stall(service: string, plan: StallPlan): Promise<{ firstMs: Promise<number> }>
  /** No more of that; how it was, as the process itself measured it. */
  endStalls(service: string): Promise<Stalls>
  /** Starts a process that uses up CPU time or memory. It ends with its time, with `end`, and with the agent. */
  burn(order: BurnOrder): Burner
  /** How much of the machine may be used up without hurting it. */
  spare(): { cores: number; memoryMb: number }
}

export interface StallPlan {
  stallMs: number
  /** From the beginning of one to that of the next. */
  everyMs: number
  forMs: number
}

export interface Stalls {
  count: number
  stalledMs: number
}

export type BurnOrder = { forMs: number } & ({ cpuPercent: number } | { memoryMb: number })

export interface Burner extends RunningProcess {
  /** Resolves when it is gone. */
  end(): Promise<void>
}
