// What of a system is there to be seen from outside, asked of the kernel and of the disk, not of msvc.

import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { connect } from 'node:net'
import { basename, dirname, join } from 'node:path'

export interface SeenProcess {
  pid: number
  command: string
  isStopped: boolean
}

/** Processes (not zombies) that stand in a folder of the system: services, burners, proxies, agent, commands. */
export function processesIn(root: string): SeenProcess[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        if (!readlinkSync(`/proc/${pid}/cwd`).startsWith(root)) return []
        const state = /\) (\w) /.exec(readFileSync(`/proc/${pid}/stat`, 'latin1'))?.[1]
        const command = readFileSync(`/proc/${pid}/cmdline`, 'latin1').replaceAll('\0', ' ')
        // Without a command line it is about to end: its memory is gone already.
        if (state === 'Z' || state === 'X' || command === '') return []
        return [{ pid: Number(pid), command, isStopped: state === 'T' }]
      } catch {
        return [] // it has just gone, or is not ours to look at
      }
    })
}

export const isThere = (pid: number): boolean => {
  try {
    return !/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, 'latin1'))
  } catch {
    return false // gone
  }
}

/** The guards of an agent: one, but for the moment in which one follows another. */
export const guardsOf = (agent: number): number[] =>
  readFileSync(`/proc/${agent}/task/${agent}/children`, 'utf8')
    .split(' ')
    .filter((pid) => pid !== '' && commandOf(pid).includes('msvc-guard'))
    .map(Number)

function commandOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'latin1')
  } catch {
    return '' // gone
  }
}

/** Files that only a running agent, or a command at work, has. */
export function recordFiles(root: string, socket: string): string[] {
  const records = readdirSync(join(root, '.msvc')).filter(
    (name) => name.startsWith('agent.json') || name === 'halted',
  )
  const sockets = readdirSync(dirname(socket)).filter((name) => name.startsWith(basename(socket)))
  return [...records, ...sockets]
}

export const isPortOpen = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port })
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false))
    socket.once('connect', () => socket.destroy())
  })
