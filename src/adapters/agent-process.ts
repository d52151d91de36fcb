// Starts the agent as a process of its own: its own session, its output in a file, its configuration
// on standard input. It lives on when we end, unless it is attached (then our end is its end).

import { spawn } from 'node:child_process'
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { ownProcess } from './own-process.ts'

export interface StartedAgent {
  pid: number
  /** Resolves when it ends. */
  ended: Promise<void>
  /** Lets us end without waiting for it. */
  release(): void
  /** What it wrote last. */
  lastLines(): string[]
}

export function startAgent({
  entry,
  config,
  isAttached,
  logPath,
  cwd,
}: {
  entry: string
  config: object
  isAttached: boolean
  logPath: string
  cwd: string
}): StartedAgent {
  mkdirSync(dirname(logPath), { recursive: true })
  const log = openSync(logPath, 'w', 0o600)
  const [command, ...args] = ownProcess(entry)
  const child = spawn(command, args, { cwd, detached: true, stdio: ['pipe', log, log] })
  closeSync(log)
  const { stdin } = child
  if (stdin === null) throw new Error('the agent has no standard input')
  stdin.on('error', () => {}) // it ended before it read: `ended` tells
  stdin.write(`${JSON.stringify(config)}\n`)
  if (!isAttached) stdin.end()
  return {
    pid: child.pid ?? 0,
    ended: new Promise((resolve) => {
      child.once('exit', () => resolve())
      child.once('error', () => resolve())
    }),
    release() {
      child.unref()
      if ('unref' in stdin && typeof stdin.unref === 'function') stdin.unref()
    },
    lastLines: () =>
      readFileSync(logPath, 'utf8')
        .split('\n')
        .filter((line) => line !== '')
        .slice(-10),
  }
}
