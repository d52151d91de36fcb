// Starts the guard (see guard-script.ts) and hands out the pipe on which services register.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Writable } from 'node:stream'
import { guardScript } from './guard-script.ts'

export interface Guard extends AsyncDisposable {
  pid: number
  /** File descriptor 3 of each service while it starts. */
  pipe: Writable
  /** The group is gone; its number may be given to others from now on. */
  forget(pid: number): void
}

/** The guard outlives us by design: detached, in a session of its own, deaf to Ctrl-C. */
export async function startGuard(): Promise<Guard> {
  const child = spawn('sh', ['-c', guardScript, 'msvc-guard'], {
    cwd: '/',
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  })
  await once(child, 'spawn')
  const pipe = child.stdin
  // A dead guard breaks the pipe; the agent goes on, with two other layers against orphans.
  pipe.on('error', () => {})
  child.unref()
  return {
    pid: child.pid ?? 0,
    pipe,
    forget: (pid) => void pipe.write(`del ${pid}\n`),
    async [Symbol.asyncDispose]() {
      const gone = once(child, 'exit')
      if (child.exitCode !== null || child.signalCode !== null) return
      pipe.end()
      await gone
    },
  }
}
