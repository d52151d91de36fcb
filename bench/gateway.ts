// How many authenticated reads a second a generated system serves on this machine, the load generator included:
//
//   ours   load ─▶ gateway ─▶ order (store)       token checked, policy, traces to a collector
//   bare   load ─▶ Fastify + undici ─▶ Fastify    the same answer, and nothing else
//
//   npm run bench -- gateway [--seconds 60] [--search 4] [--warm-up 10] [--write]
//
// The highest rate at which every answer is good and the p99, counted from the intended start, is at most 50 ms. As
// many as 64 connections can get warms everything up and says where to begin; from there it goes down in short
// windows, and what holds in one is confirmed in a long one.

import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { systemClock } from '../src/adapters/clock.ts'
import { diskFiles } from '../src/adapters/files.ts'
import { startTimeOf } from '../src/adapters/process-identity.ts'
import { lookAt } from '../src/adapters/process-look.ts'
import { runLoad } from '../src/runtime/load.ts'
import { runSaturation } from '../src/runtime/saturation.ts'
import { startFleet } from '../src/runtime/up.ts'
import type { LoadReport } from '../src/system/load-report.ts'
import { loadSystem } from '../src/system/load-system.ts'
import { onFreePorts } from '../src/system/system.ts'
import { renderedSystem } from '../test/fixtures/rendered-system.ts'
import { markdownTable, putTable } from '../test/breaker/page-table.ts'
import { forkServer } from './child-server.ts'

const limitMs = 50
const bar = 0.6
const moonshot = 10_000
const connections = 64
const step = 0.1
const precision = 0.04
const mostConfirmations = 6

interface Topology {
  name: string
  /** Runs it for as long as `measure` takes. */
  during<T>(measure: (running: Running) => Promise<T>): Promise<T>
}

interface Running {
  /** Of one order. */
  url: string
  headers: Record<string, string>
  /** What each process is called, and its pid. */
  processes: [name: string, pid: number][]
}

interface Windowed {
  rate: number
  p99: number
  failed: number
  /** Of each process, µs per request. */
  cpuUs: [name: string, us: number][]
  report: LoadReport
}

export async function benchGateway(): Promise<void> {
  const { values } = parseArgs({
    args: process.argv.slice(3),
    options: {
      seconds: { type: 'string', default: '60' },
      search: { type: 'string', default: '4' },
      'warm-up': { type: 'string', default: '10' },
      write: { type: 'boolean', default: false },
    },
  })
  const [seconds, search, warmUp] = [values.seconds, values.search, values['warm-up']].map(Number) as [
    number,
    number,
    number,
  ]
  const best: { name: string; confirmed: Windowed }[] = []
  for (const topology of [bare, ours]) {
    const confirmed = await topology.during(async (running) => {
      await saturate(running, warmUp)
      const ceiling = await saturate(running, search)
      const rate = await highestRate(running, { ceiling, seconds: search })
      return confirm(running, { rate, seconds })
    })
    best.push({ name: topology.name, confirmed })
  }
  const table = tableOf(best, seconds)
  console.log(`\n${table}`)
  if (values.write) await putTable('gateway', table, 'performance.md')
}

const ours: Topology = {
  name: 'generated system',
  async during(measure) {
    await using rendered = await renderedSystem()
    const { root } = rendered
    const collector = await forkServer(hopServer, ['collector'])
    process.env['OTEL_EXPORTER_OTLP_ENDPOINT'] = collector.url
    const system = onFreePorts(await loadSystem(root, diskFiles))
    const { agent } = await startFleet({ root, cliVersion: 'bench', system, attached: true, isDirect: true })
    try {
      const status = await agent.status()
      const baseUrl = status.services.find(({ name }) => name === system.entry)!.url
      const { token } = await post(`${baseUrl}/token`, {})
      const authorization = `Bearer ${token}`
      const { id } = await post(
        `${baseUrl}/orders`,
        { authorization },
        { sku: 'book', quantity: 1, amountCents: 1999 },
      )
      return await measure({
        url: `${baseUrl}/orders/${id}`,
        headers: { authorization },
        processes: [
          ...status.services.map(({ name, pid }): [string, number] => [name, pid ?? 0]),
          ['agent', status.agent.pid],
          ['collector', collector.pid],
        ],
      })
    } finally {
      await agent.stop()
      await collector.stop()
    }
  },
}

const bare: Topology = {
  name: 'bare Fastify + undici',
  async during(measure) {
    const order = await forkServer(hopServer, ['order'])
    const gateway = await forkServer(hopServer, ['request', order.url])
    try {
      return await measure({
        // As many bytes as with a real order and token.
        url: `${gateway.url}/orders/${randomUUID()}`,
        headers: { authorization: `Bearer ${'x'.repeat(280)}` },
        processes: [
          ['gateway', gateway.pid],
          ['order', order.pid],
        ],
      })
    } finally {
      await gateway.stop()
      await order.stop()
    }
  },
}

const hopServer = join(import.meta.dirname, 'hop-server.ts')

async function post(
  url: string,
  headers: Record<string, string>,
  body: object = {},
): Promise<Record<string, string>> {
  const sent = { 'content-type': 'application/json', ...headers }
  const response = await fetch(url, { method: 'POST', headers: sent, body: JSON.stringify(body) })
  if (!response.ok) throw new Error(`${url} answered ${response.status}: ${await response.text()}`)
  return (await response.json()) as Record<string, string>
}

/** As many a second as so many connections get when each asks again at once. */
async function saturate({ url, headers }: Running, seconds: number): Promise<number> {
  const plan = { url, headers, method: 'GET', connections, durationMs: seconds * 1000, timeoutMs: 2000 }
  const { throughput, statuses } = await runSaturation(plan, { engine: 'msvc' })
  console.error(`saturated: ${Math.round(throughput)}/s, ${JSON.stringify(statuses)}`)
  return throughput
}

/** Down from the ceiling until a window holds, in steps that halve once one has. */
async function highestRate(
  running: Running,
  { ceiling, seconds }: { ceiling: number; seconds: number },
): Promise<number> {
  let good = 0
  let bad = ceiling
  while (bad > (1 + precision) * good) {
    const rate = Math.round(good === 0 ? bad * (1 - step) : (good + bad) / 2)
    if (rate < 50) throw new Error('not even 50 a second hold')
    if (holds(await windowAt(running, { rate, seconds }))) good = rate
    else bad = rate
    await systemClock.sleep(500)
  }
  return good
}

/** The long window at that rate, or at a lower one until it holds. */
async function confirm(
  running: Running,
  { rate, seconds }: { rate: number; seconds: number },
): Promise<Windowed> {
  for (let tried = 1, next = rate; ; tried += 1, next = Math.round(next * (1 - precision))) {
    const window = await windowAt(running, { rate: next, seconds })
    if (holds(window)) return window
    if (tried === mostConfirmations) throw new Error(`nothing near ${rate} a second holds for ${seconds} s`)
    await systemClock.sleep(1000)
  }
}

const holds = ({ p99, failed, rate, report }: Windowed): boolean =>
  failed === 0 && p99 <= limitMs && report.achievedRate >= 0.99 * rate

async function windowAt(
  { url, headers, processes }: Running,
  { rate, seconds }: { rate: number; seconds: number },
): Promise<Windowed> {
  const before = cpuOf(processes)
  const report = await runLoad({
    target: { url },
    headers,
    ratePerSecond: rate,
    durationMs: seconds * 1000,
    timeoutMs: 2000,
    // Exact to a millisecond, and leaves the most of the machine to what is measured.
    pacing: 'eco',
    connections,
  })
  const after = cpuOf(processes)
  const { arrivals } = report.schedule
  const window = {
    rate,
    p99: report.responseMs.p99 ?? Number.POSITIVE_INFINITY,
    failed: arrivals - (report.outcomes.ok ?? 0),
    cpuUs: after.map(([name, ms], index): [string, number] => [
      name,
      ((ms - before[index]![1]) * 1000) / arrivals,
    ]),
    report,
  }
  console.error(
    `${String(rate).padStart(6)}/s for ${seconds} s: p99 ${window.p99.toFixed(1)} ms, ${window.failed} not ok, ` +
      `${window.cpuUs.map(([name, us]) => `${name} ${us.toFixed(0)}`).join(', ')} µs${holds(window) ? '' : '   no'}`,
  )
  return window
}

/** Of every process so far, in ms; the load generator is this one. */
function cpuOf(processes: [name: string, pid: number][]): [name: string, ms: number][] {
  const { user, system } = process.cpuUsage()
  return [
    ...processes.map(([name, pid]): [string, number] => {
      const startTime = startTimeOf(pid) ?? ''
      return [name, lookAt({ pid, startTime })?.cpuMs ?? 0]
    }),
    ['load', (user + system) / 1000],
  ]
}

function tableOf(best: { name: string; confirmed: Windowed }[], seconds: number): string {
  const rates = best.map(({ confirmed }) => confirmed.rate)
  const parts = ['gateway', 'order', 'load']
  const us = ({ cpuUs }: Windowed, name: string): number => cpuUs.find(([each]) => each === name)?.[1] ?? 0
  const rest = ({ cpuUs }: Windowed): number =>
    cpuUs.reduce((sum, [name, value]) => sum + (parts.includes(name) ? 0 : value), 0)
  const rows = best.map(({ name, confirmed }) => [
    name,
    `${confirmed.rate.toLocaleString('en')}/s`,
    `${confirmed.p99.toFixed(1)} ms`,
    ...parts.map((part) => us(confirmed, part).toFixed(0)),
    rest(confirmed).toFixed(0),
  ])
  const ratio = rates[1]! / rates[0]!
  const judged = [
    `${ratio.toFixed(2)} × of bare (bar: ≥ ${bar}: ${ratio >= bar ? 'reached' : '**missed**'})`,
    `moonshot ${moonshot.toLocaleString('en')}/s: ${rates[1]! >= moonshot ? 'reached' : 'not reached'}`,
    `held for ${seconds} s`,
  ].join('; ')
  const head = ['', 'highest rate', 'p99', ...parts.map((part) => `${part}, µs`), 'all others, µs']
  return `${markdownTable(head, rows)}\n\n${judged}.`
}
