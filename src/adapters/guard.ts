// Starts the guard (see guard-script.ts) and hands out the pipe on which services register. A guard
// that dies is replaced, and told again who there is.

import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import type { Writable } from 'node:stream'
import { guardScript } from './guard-script.ts'

export interface Guard extends AsyncDisposable {
  pid(): number | undefined
  /** File descriptor 3 of each service while it starts. */
  pipe(): Writable
  /** A service has started; it has registered itself, this is for a later guard. */
  remember(pid: number): void
  /** The group is gone; its number may be given to others from now on. */
  forget(pid: number): void
}

type Shift = ChildProcess & { stdin: Writable }

export async function startGuard(): Promise<Guard> {
  const fleet = new Set<number>()
  const state = { isOver: false, shift: await begin() }

  async function begin(): Promise<Shift> {
    const shift = await startShift()
    shift.once('exit', () => {
      if (!state.isOver) void replace()
    })
    return shift
  }

  async function replace(): Promise<void> {
    state.shift = await begin()
    for (const pid of fleet) state.shift.stdin.write(`add ${pid}\n`)
  }

  return {
    pid: () => state.shift.pid,
    pipe: () => state.shift.stdin,
    remember: (pid) => void fleet.add(pid),
    forget(pid) {
      fleet.delete(pid)
      state.shift.stdin.write(`del ${pid}\n`)
    },
    async [Symbol.asyncDispose]() {
      state.isOver = true
      const { shift } = state
      if (shift.exitCode !== null || shift.signalCode !== null) return
      shift.stdin.end()
      await once(shift, 'exit')
    },
  }
}

/** It outlives us by design: detached, in a session of its own, deaf to Ctrl-C. */
async function startShift(): Promise<Shift> {
  const child = spawn('sh', ['-c', guardScript, 'msvc-guard'], {
    cwd: '/',
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  })
  child.stdin.on('error', () => {}) // it has died: its successor is told everything again
  await once(child, 'spawn')
  return child
}
