// Starts services so that none can be lost: each leads a process group of its own, has registered
// itself with the guard before it runs, and holds our pipe as its standard input (the life line).
//
//   agent ─ spawn ─▶ sh ── "add <pid>" ─▶ guard
//                     └─ exec ─▶ the service (same pid, same start time)
//
// The service registers itself: were it the agent's task, a kill -9 of the agent between the spawn and
// the registration would leave an orphan (4 of 40 in a trial; 0 of 40 this way).

import { spawn, type ChildProcess } from 'node:child_process'
import type { Readable } from 'node:stream'
import type { Launch, Output, ProcessExit, Processes } from '../ports.ts'
import type { Guard } from './guard.ts'
import { lineSplitter } from './lines.ts'
import { signalGroup, startTimeOf } from './process-identity.ts'

// The brackets: should the guard have died this moment, SIGPIPE ends the echo and not the service.
const registerThenRun = '(echo "add $$" >&3); exec 3>&-; exec "$@"'

export const guardedProcesses = (guard: Guard): Processes => ({
  spawn({ argv, cwd, env }: Launch, onOutput) {
    const child = spawn('sh', ['-c', registerThenRun, 'msvc', ...argv], {
      cwd,
      env,
      detached: true,
      stdio: ['pipe', 'pipe', 'pipe', guard.pipe()],
    })
    const exited = exitOf(child)
    const pid = child.pid ?? noProcess
    const startTime = startTimeOf(pid) ?? ''
    guard.remember(pid)
    child.stdin?.on('error', () => {}) // a service may close its standard input
    forward(child.stdout, 'stdout', onOutput)
    forward(child.stderr, 'stderr', onOutput)
    return {
      pid,
      startTime,
      exited: exited.then((exit) => {
        // What the leader left behind in its group goes with it.
        signalGroup({ pid, startTime }, 'SIGKILL')
        guard.forget(pid)
        return exit
      }),
      tell: (line) => void child.stdin?.write(`${line}\n`),
    }
  },
  signalGroup(process, signal) {
    const isThere = signalGroup(process, signal)
    // Who is stopped hears TERM only when it goes on.
    if (isThere && signal === 'SIGTERM') signalGroup(process, 'SIGCONT')
    return isThere
  },
})

/** Its group is never signalled, see signalGroup. */
const noProcess = 0

const exitOf = (child: ChildProcess): Promise<ProcessExit> =>
  new Promise((resolve) => {
    child.once('exit', (code, signal) => resolve({ code, signal }))
    child.once('error', () => resolve({ code: null, signal: null }))
  })

function forward(
  readable: Readable | null,
  stream: Output['stream'],
  onOutput: (lines: Output[]) => void,
): void {
  const splitter = lineSplitter()
  const tell = (lines: string[]): void => {
    if (lines.length > 0) onOutput(lines.map((line) => ({ stream, line })))
  }
  readable?.on('data', (chunk: Buffer) => tell(splitter.push(chunk)))
  readable?.on('end', () => tell(splitter.end()))
}
