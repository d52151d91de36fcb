// What processes use of the machine: their CPU time and how long they waited for a core, as the kernel tells it;
// event loop and garbage collection, as a process that was started with `watchedBy` tells it itself.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { startTimeOf } from '../src/adapters/process-identity.ts'
import { lookAt, tickMs } from '../src/adapters/process-look.ts'
import type { WatchLine } from './watch-process.ts'

export interface ProcessUse {
  name: string
  /** Of all its threads. */
  cpuMs: number
  /** In which its main thread was ready and had no core. */
  waitMs: number
}

export interface MachineUse {
  /** Of all cores together, whoever used them, the host of a virtual machine included. */
  busyMs: number
  processes: ProcessUse[]
}

/** Until now; the difference of two is what was used between them. */
export const useNow = (processes: [name: string, pid: number][]): MachineUse => ({
  busyMs: machineBusyMs(),
  processes: processes.map(([name, pid]) => ({ name, cpuMs: cpuMsOf(pid), waitMs: waitMsOf(pid) })),
})

export const useBetween = (before: MachineUse, after: MachineUse): MachineUse => ({
  busyMs: after.busyMs - before.busyMs,
  processes: after.processes.map(({ name, cpuMs, waitMs }, index) => {
    const was = before.processes[index]!
    return { name, cpuMs: cpuMs - was.cpuMs, waitMs: waitMs - was.waitMs }
  }),
})

/** The environment in which a process tells about itself. */
export function watchedBy(folder: string): Record<string, string> {
  const preload = pathToFileURL(join(import.meta.dirname, 'watch-process.ts')).href
  return {
    WATCH_FOLDER: folder,
    NODE_OPTIONS: `${process.env['NODE_OPTIONS'] ?? ''} --import=${preload}`.trim(),
  }
}

export interface LoopUse {
  /** Shares of the time. */
  utilization: number
  gc: number
  /** null: not told. */
  longestGcMs: number | null
  longestDelayMs: number
}

/** Undefined for a process that does not tell. Both times in epoch milliseconds. */
export function loopUseOf(
  folder: string,
  { pid, fromMs, toMs }: { pid: number; fromMs: number; toMs: number },
): LoopUse | undefined {
  const lines = linesOf(join(folder, `${pid}.ndjson`))
    .map((line) => JSON.parse(line) as WatchLine)
    .filter(({ at, elapsedMs }) => at - elapsedMs >= fromMs && at <= toMs)
  if (lines.length === 0) return undefined
  const sum = (of: (line: WatchLine) => number): number => lines.reduce((total, line) => total + of(line), 0)
  const most = (of: (line: WatchLine) => number): number => Math.max(...lines.map(of))
  const elapsedMs = sum((line) => line.elapsedMs)
  return {
    utilization: sum(({ activeMs }) => activeMs) / elapsedMs,
    gc: sum(({ gcMs }) => gcMs) / elapsedMs,
    longestGcMs: most(({ longestGcMs }) => longestGcMs),
    longestDelayMs: most(({ longestDelayMs }) => longestDelayMs),
  }
}

function linesOf(path: string): string[] {
  try {
    return readFileSync(path, 'utf8').trim().split('\n')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
}

function cpuMsOf(pid: number): number {
  const look = lookAt({ pid, startTime: startTimeOf(pid) ?? '' })
  if (look === undefined) throw new Error(`process ${pid} has ended`)
  return look.cpuMs
}

/** Its main thread's; of schedstat: nanoseconds on a core, nanoseconds ready but without one, turns. */
const waitMsOf = (pid: number): number =>
  Number(readFileSync(`/proc/${pid}/task/${pid}/schedstat`, 'utf8').split(' ')[1]) / 1e6

/** user, nice, system, idle, iowait, irq, softirq, steal. */
function machineBusyMs(): number {
  const [, fields = ''] = /^cpu +(.*)$/m.exec(readFileSync('/proc/stat', 'utf8')) ?? []
  const ticks = fields.split(' ').map(Number).slice(0, 8)
  return ticks.reduce((sum, tick, index) => sum + (index === 3 || index === 4 ? 0 : tick), 0) * tickMs
}
