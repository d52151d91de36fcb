// Runs npm install in a new system, with the Node that runs msvc.

import { execa } from 'execa'
import { delimiter, dirname } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

export type InstallResult = { state: 'done'; seconds: number } | { state: 'failed'; reason: string }

/** npm's own output goes to stderr. Never rejects: files that were made stay, and the caller says so. */
export async function npmInstall(folder: string, signal?: AbortSignal): Promise<InstallResult> {
  const started = performance.now()
  const result = await execa('npm', ['install', '--no-fund', '--no-audit', '--prefer-offline'], {
    cwd: folder,
    env: ownNodeFirst(process.env),
    extendEnv: false,
    stdin: 'ignore',
    stdout: process.stderr,
    stderr: 'inherit',
    reject: false,
    ...(signal && { cancelSignal: signal }),
  })
  if (!result.failed) return { state: 'done', seconds: (performance.now() - started) / 1000 }
  if (signal !== undefined && isInterrupted(result)) await ownInterrupt(signal)
  return { state: 'failed', reason: reasonOf(result) }
}

/**
 * Our Node leads the PATH, so that npm and its scripts run with it; npm's own variables are left out, because
 * under `npm run` they would steer this install (its prefix, its workspace, its cache mode).
 */
export function ownNodeFirst(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const kept = Object.entries(environment).filter(([name]) => !/^(npm_|INIT_CWD$|NODE$)/i.test(name))
  return {
    ...Object.fromEntries(kept),
    PATH: [dirname(process.execPath), environment['PATH']].filter(Boolean).join(delimiter),
  }
}

const interruptWithinMs = 1000

/** A terminal sends Ctrl-C to npm and to us, and either may be the first to be seen. */
const isInterrupted = ({ signal, exitCode }: Ended): boolean => signal === 'SIGINT' || exitCode === 130

async function ownInterrupt(signal: AbortSignal): Promise<void> {
  await sleep(interruptWithinMs, undefined, { signal }).catch(() => {}) // aborted: that is what it waits for
}

interface Ended {
  code?: string | undefined
  exitCode?: number | undefined
  signal?: string | undefined
}

function reasonOf({ code, exitCode, signal }: Ended): string {
  if (code === 'ENOENT') return 'npm was not found on the PATH'
  if (signal !== undefined) return `npm install was ended by ${signal}`
  return `npm install ended with exit code ${exitCode}`
}
