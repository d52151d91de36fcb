// The truth server and the tools that are sent against it: what the server saw, what the tool said, and what
// it cost. Where taskset is there, the server has one core and each tool another, so that a closed loop shows
// what one core of the tool can do.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Truth, TruthOrder } from '../test/fixtures/targets/truth-server.ts'
import { isOnPath, type Rival } from './load-rivals.ts'

export interface Window extends Truth {
  /** Of the tool, per request that arrived. */
  cpuUs: number
  /** What it printed. */
  said: string
}

export interface TruthServer extends AsyncDisposable {
  url: string
  /** The server and each tool have a core of their own. */
  isPinned: boolean
  /** One tool, from its start to its end. Throws when nothing of it arrived. */
  windowOf(tool: Rival, order?: TruthOrder): Promise<Window>
}

export async function startTruth(): Promise<TruthServer> {
  const isPinned = isOnPath('taskset') && availableParallelism() > 1
  const pinned = (argv: string[], core: number): string[] =>
    isPinned ? ['taskset', '-c', String(core), ...argv] : argv
  const path = join(import.meta.dirname, '../test/fixtures/targets/truth-server.ts')
  const [program = '', ...args] = pinned([process.execPath, path], 1)
  const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'inherit'] })
  const gone = once(child, 'exit')
  const lines = createInterface({ input: child.stdout })
  const nextLine = async (): Promise<string> => ((await once(lines, 'line')) as [string])[0]
  const url = `${await nextLine()}/`
  const tell = async (order: TruthOrder): Promise<Truth> => {
    const line = nextLine()
    child.stdin.write(`${JSON.stringify(order)}\n`)
    return JSON.parse(await line) as Truth
  }
  return {
    url,
    isPinned,
    async windowOf(tool, order = {}) {
      await tell(order)
      const { cpuMs, stdout, stderr } = await run(pinned(tool.argv, 0))
      const truth = await tell({})
      if (truth.arrivals === 0) throw new Error(`${tool.name} sent nothing: ${stderr || stdout}`)
      return { ...truth, cpuUs: (cpuMs * 1000) / truth.arrivals, said: stdout }
    },
    async [Symbol.asyncDispose]() {
      child.stdin.end()
      await gone
    },
  }
}

/** `cpuMs` is user and system time of the whole process and its children, as bash tells it. */
async function run(argv: string[]): Promise<{ cpuMs: number; stdout: string; stderr: string }> {
  const script = 'TIMEFORMAT="%U %S"; time "$@" 2>&3'
  const child = spawn('bash', ['-c', script, 'bash', ...argv], { stdio: ['ignore', 'pipe', 'pipe', 'pipe'] })
  const [, stdout, times, stderr] = child.stdio.map((stream) => {
    const pieces: Buffer[] = []
    stream?.on('data', (piece: Buffer) => pieces.push(piece))
    return pieces
  })
  await once(child, 'close')
  const text = (pieces: Buffer[] | undefined): string => Buffer.concat(pieces ?? []).toString()
  const [user = Number.NaN, system = Number.NaN] = text(times).trim().split(/\s+/).map(Number)
  return { cpuMs: (user + system) * 1000, stdout: text(stdout), stderr: text(stderr) }
}
