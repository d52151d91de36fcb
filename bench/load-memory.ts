// How much memory `msvc load` needs at 10,000 requests a second, and whether that grows.
//
//   npm run build && npm run bench -- load-memory [--minutes 10]
//
// The run is recorded, as by default. Its resident memory is looked at every second; the first half minute,
// in which code is compiled and the heap finds its size, is only part of the peak.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { median } from './median.ts'
import type { LoadReport } from '../src/system/load-report.ts'
import { startTruth } from './truth.ts'

const rate = 10_000
const settleSeconds = 30
const peakBar = 150
/** Between the first and the last fifth of what comes after the settling. */
const growthBar = 5

export async function benchLoadMemory(): Promise<void> {
  const { values } = parseArgs({
    args: process.argv.slice(3),
    options: { minutes: { type: 'string', default: '10' } },
  })
  const seconds = Math.round(Number(values.minutes) * 60)
  await using server = await startTruth()
  const folder = await mkdtemp(join(tmpdir(), 'msvc-memory-'))
  const run = join(import.meta.dirname, '../bin/run.js')
  const args = ['load', server.url, '--rps', `${rate}`, '-d', `${seconds}s`, '--json']
  console.log(`msvc ${args.join(' ')}`)
  const child = spawn(process.execPath, [run, ...args], {
    cwd: folder,
    env: { ...process.env, XDG_STATE_HOME: folder },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  try {
    const said: Buffer[] = []
    child.stdout.on('data', (piece: Buffer) => said.push(piece))
    const ended = once(child, 'close')
    const samples: number[] = []
    let peak = 0
    while (child.exitCode === null && child.signalCode === null) {
      const resident = await residentMegabytes(child.pid!)
      if (resident !== null) {
        samples.push(resident.now)
        peak = resident.peak
      }
      if (samples.length % 60 === 0) console.log(`  ${samples.length} s: ${samples.at(-1)!.toFixed(1)} MB`)
      await Promise.race([sleep(1000), ended])
    }
    await ended
    tell({ samples, peak }, JSON.parse(Buffer.concat(said).toString()) as LoadReport)
  } finally {
    child.kill()
    await rm(folder, { recursive: true, force: true })
  }
}

interface Resident {
  /** One a second. */
  samples: number[]
  /** As the kernel saw it; between two samples, too. */
  peak: number
}

function tell({ samples, peak }: Resident, { achievedRate, verdict, generator }: LoadReport): void {
  const settled = samples.slice(settleSeconds)
  const fifth = Math.max(1, Math.floor(settled.length / 5))
  console.log(`sent ${achievedRate} per second over ${generator.connections} connections, ${verdict}`)
  console.log(`peak ${peak.toFixed(1)} MB (bar: ${peakBar} MB): ${peak <= peakBar ? 'met' : 'MISSED'}`)
  if (settled.length < 10) return
  const [first, last] = [median(settled.slice(0, fifth)), median(settled.slice(-fifth))]
  const growth = last - first
  console.log(
    `median ${first.toFixed(1)} MB at first, ${last.toFixed(1)} MB at last, in ${settled.length} s: ${growth.toFixed(1)} MB more (bar: ${growthBar} MB): ${growth <= growthBar ? 'met' : 'MISSED'}`,
  )
}

/** Linux; null when it has just ended. */
async function residentMegabytes(pid: number): Promise<{ now: number; peak: number } | null> {
  try {
    const status = await readFile(`/proc/${pid}/status`, 'utf8')
    const megabytes = (name: string): number =>
      Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1] ?? 0) / 1024
    const now = megabytes('VmRSS')
    return now === 0 ? null : { now, peak: megabytes('VmHWM') }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
}
