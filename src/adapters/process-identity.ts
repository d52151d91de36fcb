// Which process is it? A pid alone does not say: it is given again after its process is gone.

import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
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

/**
 * True while somebody runs in the group that the process leads. A signal of 0 does not tell: it also
 * succeeds for zombies, which stay for ever where pid 1 reaps nobody (many containers).
 */
export function hasLiveGroup(leader: ProcessIdentity): boolean {
  if (!signalGroup(leader, 0)) return false
  return groupStates().some(({ group, state }) => group === leader.pid && !/^[ZX]/.test(state))
}

function groupStates(): { group: number; state: string }[] {
  if (process.platform === 'linux') {
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .flatMap((pid) => {
        const fields = statOf(Number(pid))
        return fields === undefined ? [] : [{ state: fields[0] ?? '', group: Number(fields[2]) }]
      })
  }
  const rows = execFileSync('ps', ['-A', '-o', 'pgid=,stat='], { encoding: 'utf8' }).trim().split('\n')
  return rows.map((row) => {
    const [group, state = ''] = row.trim().split(/\s+/)
    return { group: Number(group), state }
  })
}

const linuxOrPsStartTime = (pid: number): string | undefined =>
  process.platform === 'linux' ? linuxStartTime(pid, true) : startTimeOf(pid)

// Field 22 of the stat file is the start in clock ticks since boot.
function linuxStartTime(pid: number, zombiesToo = false): string | undefined {
  const fields = statOf(pid)
  const isZombie = fields?.[0] === 'Z' || fields?.[0] === 'X'
  return isZombie && !zombiesToo ? undefined : fields?.[19]
}

// /proc/<pid>/stat: "pid (name) state ppid pgrp …", the name may hold spaces and brackets. The fields
// from the state on.
export function statOf(pid: number): string[] | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  } catch {
    return undefined // no such process
  }
}
