// npm run bench -- footprint: how soon a generated system is ready after `msvc up -d`, and what it takes of memory
// when nobody asks it anything. The built msvc, as a user types it.
//
// The bar: ready within 2.5 s; 450 MB resident for the four services of the shop. The first start is also told on
// its own: it compiles what later ones find in .msvc/cache.

import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { connectAgent } from '../src/runtime/agent-client.ts'
import type { FleetStatus } from '../src/system/agent-api.ts'
import { renderedSystem } from '../test/fixtures/rendered-system.ts'
import { median } from './median.ts'

const msvc = join(import.meta.dirname, '../bin/run.js')
const rounds = 5
/** A service gives back what its start needed once it has idled for two seconds. */
const idleMs = 6000
/** Stands in for another company; see decision 5. */
const notOfTheShop = 'provider'

export async function benchFootprint(): Promise<void> {
  await using system = await renderedSystem()
  const { root } = system
  takeFreePorts(join(root, 'msvc.yaml'))
  const starts: Start[] = []
  for (let round = 0; round <= rounds; round++) starts.push(await startOnce(root))
  const [first, ...later] = starts
  console.log(
    `ready after ${seconds(later.map(({ readyMs }) => readyMs))}, the first time ${seconds([first!.readyMs])}`,
  )
  console.log(`services, each beginning with its own process: ${later.at(-1)!.eachReadyMs}`)
  console.log(`\nresident / proportional, idle for ${idleMs / 1000} s:`)
  for (const name of Object.keys(later[0]!.memory)) {
    const of = (pick: (memory: Memory) => number): number =>
      median(later.map(({ memory }) => pick(memory[name]!)))
    console.log(`  ${name.padEnd(14)} ${mb(of(({ rss }) => rss))} / ${mb(of(({ pss }) => pss))}`)
  }
  const sum = (isCounted: (name: string) => boolean): string => {
    const total = (pick: (memory: Memory) => number): number =>
      median(
        later.map(({ services, memory }) =>
          services.filter(isCounted).reduce((bytes, name) => bytes + pick(memory[name]!), 0),
        ),
      )
    return `${mb(total(({ rss }) => rss))} / ${mb(total(({ pss }) => pss))}`
  }
  console.log(`\n  the shop's four: ${sum((name) => name !== notOfTheShop)}`)
  console.log(`  with provider:   ${sum(() => true)}    (medians of ${rounds} starts)`)
}

interface Memory {
  /** Bytes. */
  rss: number
  /** Shared pages counted by share: what ending the process would free, nearly. */
  pss: number
}

interface Start {
  readyMs: number
  eachReadyMs: string
  services: string[]
  /** Of services, agent and proxies. */
  memory: Record<string, Memory>
}

async function startOnce(root: string): Promise<Start> {
  const startedMs = performance.now()
  execFileSync(process.execPath, [msvc, 'up', '-d'], {
    cwd: root,
    stdio: 'ignore',
  })
  const readyMs = performance.now() - startedMs
  const agent = await connectAgent(root)
  try {
    const events = await agent.eventsSoFar()
    const eachReadyMs = events
      .flatMap((event) =>
        event.type === 'service.ready' ? [`${event.subject} ${Math.round(event.data.afterMs)}`] : [],
      )
      .join(', ')
    await sleep(idleMs)
    const status = await agent.status()
    return {
      readyMs,
      eachReadyMs,
      services: status.services.map(({ name }) => name),
      memory: memoryOf(status),
    }
  } finally {
    await agent.stop()
  }
}

const memoryOf = ({ services, agent, proxy }: FleetStatus): Record<string, Memory> =>
  Object.fromEntries(
    [...services, { name: '(agent)', pid: agent.pid }, { name: '(proxies)', pid: proxy?.pid ?? null }].map(
      ({ name, pid }) => [name, pid === null ? { rss: 0, pss: 0 } : memory(pid)],
    ),
  )

function memory(pid: number): Memory {
  const text = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8')
  const bytes = (field: string): number =>
    1024 * Number(new RegExp(`^${field}: +(\\d+) kB`, 'm').exec(text)?.[1] ?? 0)
  return { rss: bytes('Rss'), pss: bytes('Pss') }
}

/** Where msvc.yaml names no port, a free one is taken. */
function takeFreePorts(file: string): void {
  writeFileSync(file, readFileSync(file, 'utf8').replaceAll(/\bport: \d+,? ?/g, ''))
}

const mb = (bytes: number): string => `${(bytes / 1e6).toFixed(0)} MB`
const seconds = (ms: number[]): string => `${(median(ms) / 1000).toFixed(2)} s`
