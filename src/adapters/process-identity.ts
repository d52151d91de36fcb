// Which process is it? A pid alone does not say: it is given again after its process is gone.

import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import type { ProcessIdentity } from '../ports.ts'

/** The start time as the kernel tells it; undefined when there is no such process. */
export function startTimeOf(pid: number): string | undefined {
  if (process.platform === 'linux') return linuxStartTime(pid)
  try {
    const [ps, ...args] = ['ps', '-o', 'lstart=', '-p', String(pid)] as const
    return execFileSync(ps, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim()
  } catch {
    return undefined // ps exits 1 when there is no such process
  }
}

/** True while that very process exists and is not a zombie. */
export const isAlive = ({ pid, startTime }: ProcessIdentity): boolean => startTimeOf(pid) === startTime

export const ownIdentity = (): ProcessIdentity => ({
  pid: process.pid,
  startTime: startTimeOf(process.pid) ?? '',
})

/**
 * Ends or probes the process group that the process leads. False when nobody is left of it.
 *
 * A group can outlive its leader; its number cannot be given to a new process until the last member is
 * gone. So an absent leader still means "ours", and only a leader with another start time does not.
 */
export function signalGroup({ pid, startTime }: ProcessIdentity, signal: NodeJS.Signals | 0): boolean {
  // kill(-0) would be our own group, kill(-1) everybody.
  if (pid <= 1) return false
  const found = linuxOrPsStartTime(pid)
  if (found !== undefined && found !== startTime) return false
  try {
    process.kill(-pid, signal)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false
    throw error
  }
}

const linuxOrPsStartTime = (pid: number): string | undefined =>
  process.platform === 'linux' ? linuxStartTime(pid, true) : startTimeOf(pid)

// /proc/<pid>/stat: "pid (name) state …", the name may hold spaces and brackets; field 22 is the start
// in clock ticks since boot.
function linuxStartTime(pid: number, zombiesToo = false): string | undefined {
  let stat: string
  try {
    stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
  } catch {
    return undefined // no such process
  }
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const isZombie = fields[0] === 'Z' || fields[0] === 'X'
  return isZombie && !zombiesToo ? undefined : fields[19]
}
