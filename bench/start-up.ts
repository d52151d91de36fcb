// What starting msvc costs: CPU time (user + system) of whole processes, side by side, interleaved.

import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { diskFiles } from '../src/adapters/files.ts'
import { startFleet } from '../src/runtime/up.ts'
import { loadSystem } from '../src/system/load-system.ts'
import { onFreePorts } from '../src/system/system.ts'
import { renderedSystem } from '../test/fixtures/rendered-system.ts'
import { median } from './median.ts'

const msvc = join(import.meta.dirname, '../bin/run.js')
const rounds = 9
const runsPerRound = 5

const contenders = {
  'node -e 0': ['-e', '0'],
  'msvc --version': [msvc, '--version'],
  'msvc status': [msvc, 'status'], // of four services that run
}
type Name = keyof typeof contenders

export async function benchStartUp(): Promise<void> {
  await using system = await renderedSystem()
  const { root } = system
  const services = onFreePorts(await loadSystem(root, diskFiles))
  const fleet = await startFleet({ root, cliVersion: 'bench', system: services, attached: true })
  try {
    report(measure(root))
  } finally {
    await fleet.agent.stop()
  }
}

function measure(cwd: string): Map<Name, number[]> {
  const names = Object.keys(contenders) as Name[]
  const samples = new Map(names.map((name): [Name, number[]] => [name, []]))
  for (const name of names) cpuMs(contenders[name], cwd) // fills the compile cache
  for (let round = 0; round < rounds; round++) {
    for (const name of names) samples.get(name)!.push(cpuMs(contenders[name], cwd))
  }
  return samples
}

/** Ms of CPU time per run. bash adds up its children's, to the millisecond. */
function cpuMs(args: readonly string[], cwd: string): number {
  const script = 'for ((i = 0; i < $0; i++)); do "$@" >/dev/null || exit 1; done; times'
  const command = ['-c', script, String(runsPerRound), process.execPath, ...args]
  const children = execFileSync('bash', command, { cwd, encoding: 'utf8' }).trim().split('\n')[1] ?? ''
  const times = [...children.matchAll(/(\d+)m([\d.]+)s/g)]
  const seconds = times.map(([, minutes, rest]) => Number(minutes) * 60 + Number(rest))
  return (seconds.reduce((sum, one) => sum + one, 0) * 1000) / runsPerRound
}

function report(samples: Map<Name, number[]>): void {
  console.log(`CPU time per run, median of ${rounds} interleaved rounds of ${runsPerRound} runs\n`)
  const bare = median(samples.get('node -e 0')!)
  for (const [name, values] of samples) {
    const value = median(values)
    console.log(`${name.padEnd(16)} ${value.toFixed(0).padStart(5)} ms   ${(value / bare).toFixed(2)} ×`)
  }
}
