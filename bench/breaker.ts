// What the breaker costs beside the two libraries, and what it does in simulated time: printed with the
// bars, and written into docs/breaker.md with --write.
//
// CPU time of this process, not wall time: rounds of all contestants one after another, in an order that
// turns, and the median of each. Bytes: what the heap grew by per call after a forced collection.

import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { createBreaker } from '../templates/system/platform/src/breaker.ts'
import { resolvePolicy } from '../templates/system/platform/src/policy-config.ts'
import { createPolicy } from '../templates/system/platform/src/policy.ts'
import {
  deadCallee,
  halfOpenCrowd,
  hungCallee,
  retryAmplification,
  staleTransitions,
  type Platform,
} from '../test/breaker/measures.ts'
import { markdownTable, putTable } from '../test/fixtures/page-table.ts'
import { breakersAlone, fullStacks, refusals, type Contestant } from './breaker-contestants.ts'
import { median } from './median.ts'

const rounds = 15
const callsPerRound = 30_000
const bytesPerRound = 2000
const platform: Platform = { createBreaker, createPolicy, resolvePolicy }

interface Cost {
  name: string
  cpuNs: number
  bytes: number
}

interface Bar {
  what: string
  bar: number
  seen: number
  unit: string
}

export async function benchBreaker(): Promise<void> {
  const alone = await compare(breakersAlone())
  const stack = await compare(fullStacks())
  const refused = await compare(await refusals())
  const costRows = [
    ...rowsOf('breaker alone', alone),
    ...rowsOf('bulkhead, breaker, timeout', stack),
    ...rowsOf('refusal', refused),
  ]
  const costs = markdownTable(['per call', 'by', 'CPU, ns', 'bytes'], costRows)
  console.log(`\n${costs}\n`)

  const theirs = Math.min(cpu(refused, 'opossum 10'), cpu(refused, 'cockatiel 4'))
  const bars: Bar[] = [
    ratio('breaker alone / cockatiel', 1.3, cpu(alone, 'ours') / cpu(alone, 'cockatiel 4')),
    ratio('breaker alone / opossum at its leanest', 0.4, cpu(alone, 'ours') / cpu(alone, 'opossum 10')),
    ratio(
      'breaker alone / opossum with its defaults',
      0.4,
      cpu(alone, 'ours') / cpu(alone, 'opossum 10, defaults'),
    ),
    ratio('full stack / cockatiel', 0.15, cpu(stack, 'ours') / cpu(stack, 'cockatiel 4')),
    ratio('refusal by acquire() / theirs', 0.05, cpu(refused, 'ours, acquire()') / theirs),
    ...(await simulatedBars()),
  ]
  const measures = markdownTable(
    ['what', 'bar', 'seen', ''],
    bars.map(({ what, bar, seen, unit }) => [
      what,
      `≤ ${shown(bar)}${unit}`,
      `${shown(seen)}${unit}`,
      seen <= bar ? 'reached' : '**missed**',
    ]),
  )
  console.log(`${measures}\n`)
  if (!process.argv.includes('--write')) return
  await putTable('costs', costs)
  await putTable('bars', measures)
}

async function simulatedBars(): Promise<Bar[]> {
  const ms = (what: string, bar: number, seen: number): Bar => ({ what, bar, seen, unit: ' ms' })
  const number = (what: string, bar: number, seen: number): Bar => ({ what, bar, seen, unit: '' })
  const bars: Bar[] = []
  for (const rate of [50, 500, 10_000]) {
    const { openedAfterMs, leaked } = deadCallee(platform, rate)
    bars.push(ms(`dead callee at ${rate}/s: open after`, 28_000 / rate + 300, openedAfterMs))
    if (rate === 10_000) bars.push(number(`dead callee at ${rate}/s: calls leaked`, 3000, leaked))
  }
  for (const rate of [50, 500, 5000]) {
    const { openedAfterMs, attemptTimeoutMs } = await hungCallee(platform, rate)
    const bar = attemptTimeoutMs + 28_000 / rate + 300
    bars.push(ms(`hung callee at ${rate}/s behind 64: open after`, bar, openedAfterMs))
  }
  const { admitted, queued } = await halfOpenCrowd(platform)
  bars.push(number('half-open, 10,000 callers: admitted', 3, admitted))
  bars.push(number('half-open, 10,000 callers: queued', 0, queued))
  const { byStale } = staleTransitions(platform, 1_000_000, 1)
  bars.push(number('transitions by late answers, 10⁶ steps', 0, byStale))
  for (const failing of [1, 0.3]) {
    const load = { failing, ratePerSecond: 100, forMs: 60_000 }
    const { requests, callsPerHop } = await retryAmplification(platform, load)
    const most = Math.max(0, Math.max(...callsPerHop) - load.forMs / 1000)
    bars.push(ratio(`three hops, ${failing * 100} % failing: amplification beyond 1/s`, 1.1, most / requests))
  }
  // A single worst case is the machine's; the median of many trips is the breaker's.
  const worst = Array.from({ length: 25 }, () => deadCallee(platform, 10_000).worstSynchronousMs)
  bars.push(ms('worst synchronous time while tripping at 10,000/s', 1, median(worst)))
  return bars
}

const ratio = (what: string, bar: number, seen: number): Bar => ({ what, bar, seen, unit: ' ×' })

async function compare(contestants: Contestant[]): Promise<Cost[]> {
  const cpuNs = new Map<string, number[]>(contestants.map(({ name }) => [name, []]))
  const bytes = new Map<string, number[]>(contestants.map(({ name }) => [name, []]))
  const inTurn = (round: number): Contestant[] =>
    contestants.map((_, index) => contestants[(index + round) % contestants.length]!)

  for (const { call } of contestants) await callMany(call, 2 * callsPerRound)
  for (let round = 0; round < rounds; round += 1) {
    for (const { name, call } of inTurn(round)) {
      const before = process.cpuUsage()
      await callMany(call, callsPerRound)
      const { user, system } = process.cpuUsage(before)
      cpuNs.get(name)!.push(((user + system) * 1000) / callsPerRound)
    }
  }
  // Apart from the time: a forced collection throws compiled code away.
  for (let round = 0; round < rounds; round += 1) {
    for (const { name, call } of inTurn(round)) {
      collectGarbage()
      const before = process.memoryUsage().heapUsed
      await callMany(call, bytesPerRound)
      bytes.get(name)!.push(Math.max(0, process.memoryUsage().heapUsed - before) / bytesPerRound)
    }
  }
  for (const { close } of contestants) close?.()
  return contestants.map(({ name }) => ({
    name,
    cpuNs: median(cpuNs.get(name)!),
    bytes: median(bytes.get(name)!),
  }))
}

async function callMany(call: () => unknown, count: number): Promise<void> {
  for (let done = 0; done < count; done += 1) await call()
}

const rowsOf = (what: string, costs: Cost[]): string[][] =>
  costs.map(({ name, cpuNs, bytes }) => [what, name, shown(cpuNs), shown(bytes)])

const cpu = (costs: Cost[], name: string): number => costs.find((cost) => cost.name === name)!.cpuNs

const shown = (value: number): string =>
  value >= 100 ? Math.round(value).toLocaleString('en') : String(Number(value.toPrecision(2)))

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void
