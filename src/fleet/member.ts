// One service of the fleet: what is wanted of it, and what is seen of it.

import type { ProcessExit, ProcessIdentity } from '../ports.ts'
import type { ServiceState } from '../system/agent-api.ts'

export type Desired =
  | { kind: 'running' }
  | { kind: 'stopped' }
  /** Kept down by the fault of that id. */
  | { kind: 'held'; by: string }

/** Times are the clock's monotonic milliseconds. */
export type Observed =
  | { kind: 'absent' }
  | { kind: 'starting'; process: ProcessIdentity; since: number }
  | { kind: 'ready'; process: ProcessIdentity }
  | { kind: 'unready'; process: ProcessIdentity; reason: string }
  /** TERM was sent, with as much time as `killAt` leaves. */
  | { kind: 'stopping'; process: ProcessIdentity; killAt: number }
  /** KILL was sent. */
  | { kind: 'ending'; process: ProcessIdentity }
  /** Ended by itself; what now is not decided yet. */
  | { kind: 'exited'; exit: ProcessExit }
  | { kind: 'backing-off'; until: number; delayMs: number; exit: ProcessExit }
  | { kind: 'crash-looped'; exit: ProcessExit; lastLine: string | undefined }

export interface Member {
  name: string
  desired: Desired
  observed: Observed
  /** Monotonic times of the exits that nobody asked for, oldest first. */
  crashes: number[]
  /** How often it was started. */
  starts: number
}

export const newMember = (name: string): Member => ({
  name,
  desired: { kind: 'stopped' },
  observed: { kind: 'absent' },
  crashes: [],
  starts: 0,
})

/** The process, while there is one. */
export function processOf({ observed }: Member): ProcessIdentity | undefined {
  return 'process' in observed ? observed.process : undefined
}

/** What a user is told. */
export function stateOf({ desired, observed }: Member): { state: ServiceState; detail: string | null } {
  switch (observed.kind) {
    case 'absent':
      return desired.kind === 'held'
        ? { state: 'held', detail: `kept down by fault ${desired.by}` }
        : { state: desired.kind === 'running' ? 'starting' : 'stopped', detail: null }
    case 'starting':
      return { state: 'starting', detail: null }
    case 'ready':
      return { state: 'ready', detail: null }
    case 'unready':
      return { state: 'unready', detail: observed.reason }
    case 'stopping':
    case 'ending':
      return { state: 'stopping', detail: null }
    case 'exited':
    case 'backing-off':
      return { state: 'backing-off', detail: describeExit(observed.exit) }
    case 'crash-looped':
      return { state: 'crash-looped', detail: describeCrashLoop(observed) }
  }
}

function describeCrashLoop({ exit, lastLine }: Extract<Observed, { kind: 'crash-looped' }>): string {
  const lastWords = lastLine === undefined ? '' : `; its last line: ${lastLine.slice(0, 120)}`
  return `${describeExit(exit)}, not started again${lastWords}`
}

/** "exit code 1", "ended by SIGKILL" */
export function describeExit({ code, signal }: ProcessExit): string {
  if (signal !== null) return `ended by ${signal}`
  return code === null ? 'could not be started' : `exit code ${code}`
}
