// What the kernel tells of a process: whether it runs or is stopped, its CPU time, its memory.

import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import type { ProcessIdentity, ProcessLook } from '../ports.ts'
import { isAlive, statOf } from './process-identity.ts'

/** Linux counts CPU time in hundredths of a second for whoever reads it, whatever the kernel was built with. */
export const tickMs = 10

/** undefined: that process is gone. */
export function lookAt(identity: ProcessIdentity): ProcessLook | undefined {
  if (!isAlive(identity)) return undefined
  return process.platform === 'linux' ? lookInProc(identity.pid) : askPs(identity.pid)
}

function lookInProc(pid: number): ProcessLook | undefined {
  const stat = statOf(pid)
  if (stat === undefined) return undefined
  return {
    isStopped: stat[0] === 'T',
    cpuMs: (Number(stat[11]) + Number(stat[12])) * tickMs,
    memoryBytes: residentBytes(pid),
  }
}

function residentBytes(pid: number): number {
  try {
    const [, kilobytes] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1')) ?? []
    return Number(kilobytes ?? 0) * 1024
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 0 // it has just ended
    throw error
  }
}

function askPs(pid: number): ProcessLook | undefined {
  try {
    const [ps, ...args] = ['ps', '-o', 'stat=,rss=,time=', '-p', String(pid)] as const
    const row = execFileSync(ps, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
    const [state = '', kilobytes, time = '0'] = row.trim().split(/\s+/)
    return {
      isStopped: state.startsWith('T'),
      cpuMs: time.split(':').reduce((sum, part) => sum * 60 + Number(part), 0) * 1000,
      memoryBytes: Number(kilobytes) * 1024,
    }
  } catch {
    return undefined // ps exits 1 when there is no such process
  }
}
