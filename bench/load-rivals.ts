// The load tools that are compared, each with the command that asks it for the same: so many requests a
// second over 100 connections. A tool that is not on the PATH is left out.

import { execFileSync } from 'node:child_process'
import { createRequire } from 'node:module'
import { join } from 'node:path'

export interface Rival {
  name: string
  argv: string[]
  /** Closed-loop tools have no rate: only their CPU time per request says something. */
  hasRate: boolean
}

const connections = 100
const msvc = join(import.meta.dirname, '../bin/dev.js')

export function rivals(url: string, { rate, seconds }: { rate: number; seconds: number }): Rival[] {
  const d = `${seconds}s`
  const ours = (pacing: string): Rival => ({
    name: `msvc ${pacing}`,
    argv: [
      process.execPath,
      msvc,
      'load',
      url,
      '--rps',
      `${rate}`,
      '-d',
      d,
      '--pacing',
      pacing,
      '--no-record',
      '--json',
    ],
    hasRate: true,
  })
  const autocannon = createRequire(import.meta.url).resolve('autocannon/autocannon.js')
  const perConnection = `${rate / connections}`
  const others: Rival[] = [
    { name: 'hey', argv: ['hey', '-z', d, '-q', perConnection, '-c', `${connections}`, url], hasRate: true },
    {
      name: 'h2load',
      argv: ['h2load', '--h1', '-D', `${seconds}`, '-c', `${connections}`, '--rps', perConnection, url],
      hasRate: true,
    },
    {
      name: 'oha',
      argv: ['oha', '--no-tui', '-z', d, '-q', `${rate}`, '-c', `${connections}`, url],
      hasRate: true,
    },
    {
      name: 'vegeta',
      argv: ['sh', '-c', `echo "GET ${url}" | vegeta attack -rate ${rate} -duration ${d} >/dev/null`],
      hasRate: true,
    },
    { name: 'wrk', argv: ['wrk', '-t', '1', '-c', `${connections}`, '-d', d, url], hasRate: false },
    {
      name: 'ab',
      argv: ['ab', '-q', '-k', '-t', `${seconds}`, '-n', '10000000', '-c', `${connections}`, url],
      hasRate: false,
    },
  ]
  return [
    ...['metronome', 'precise', 'eco'].map(ours),
    {
      name: 'autocannon',
      argv: [process.execPath, autocannon, '-R', `${rate}`, '-c', `${connections}`, '-d', `${seconds}`, url],
      hasRate: true,
    },
    ...others.filter(({ name }) => isOnPath(name)),
  ]
}

function isOnPath(name: string): boolean {
  try {
    execFileSync('sh', ['-c', `command -v ${name}`], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}
