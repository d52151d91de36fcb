// How many authenticated reads a second a generated system serves on this machine, the load generator included,
// beside the same written with bare Fastify and undici:
//
//   ours   load ─▶ gateway ─▶ order (store)       token checked, policy, traces to a collector
//   bare   load ─▶ Fastify + undici ─▶ Fastify    the same answer, and nothing else
//
//   npm run bench -- gateway [--seconds 60] [--write]
//
// The highest rate at which for a minute every answer is good and the p99, counted from the intended start, is at
// most 50 ms. Both run all the time and take turns. Takes 5 to 8 minutes:
//
//   as many as 256 connections can get     until that grows no more: warms up, and says where to begin
//   short windows, up and down             judged without their worst second; a miss is tried once more
//   a minute at what held, or a bit less   judged whole; each begins with a lead that is not judged

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { systemClock } from '../src/adapters/clock.ts'
import { runSaturation } from '../src/runtime/saturation.ts'
import { putTable } from '../test/fixtures/page-table.ts'
import { gatewayTables } from './gateway-tables.ts'
import { startBare, startOurs } from './gateway-systems.ts'
import { loadWindow, type Target, type Windowed, type WindowPlan } from './load-window.ts'
import { learnt, nextRate, unknown, type Bracket } from './rate-search.ts'

const limitMs = 50
/** As many calls as the gateway lets wait for order: with fewer, a stall of a moment queues in the generator. */
const connections = 256
const warmUp = { seconds: 5, mostRounds: 8 }
/** A round that is no faster than the one before by more finds it warm. */
const warmBy = 1.05
const searchWindow = { leadSeconds: 2, seconds: 5, spared: 1, limitMs, connections }
const rest = { shortMs: 500, longMs: 1000 }
/** From one minute that was not held to the next. */
const confirmStep = 0.95
const mostMs = 8 * 60_000

interface Contender {
  name: string
  target: Target
  ceiling: number
  bracket: Bracket
  held: Windowed | undefined
}

export async function benchGateway(): Promise<void> {
  const { values } = parseArgs({
    args: process.argv.slice(3),
    options: { seconds: { type: 'string', default: '60' }, write: { type: 'boolean', default: false } },
  })
  const seconds = Number(values.seconds)
  const endMs = performance.now() + mostMs
  const watchFolder = await mkdtemp(join(tmpdir(), 'msvc-bench-'))
  try {
    await using bare = await startBare(watchFolder)
    await using ours = await startOurs(watchFolder)
    const contenders = [
      contender('bare Fastify + undici', { ...bare, beside: ours.processes }),
      contender('generated system', { ...ours, beside: bare.processes }),
    ]
    await warmAll(contenders)
    await search(contenders)
    await confirm(contenders, { seconds, endMs })
    const tables = gatewayTables(
      contenders.map(({ name, ceiling, held }) => ({ name, ceiling, held: held! })),
      { seconds, limitMs, connections },
    )
    console.log(`\n${tables}`)
    if (values.write) await putTable('gateway', tables, 'performance.md')
  } finally {
    await rm(watchFolder, { recursive: true, force: true })
  }
}

const contender = (name: string, target: Target): Contender => ({
  name,
  target,
  ceiling: 0,
  bracket: unknown,
  held: undefined,
})

/** As many a second as so many connections get when each asks again at once, until that is no more than before. */
async function warmAll(contenders: Contender[]): Promise<void> {
  const isWarm = new Set<string>()
  for (let round = 0; round < warmUp.mostRounds && isWarm.size < contenders.length; round += 1) {
    // Who is warm goes on beside the other, so that both have had the same when it begins.
    for (const each of contenders) {
      const { url, headers } = each.target
      const durationMs = warmUp.seconds * 1000
      const plan = { url, headers, method: 'GET', connections, durationMs, timeoutMs: 2000 }
      const { throughput, errors } = await runSaturation(plan, { engine: 'msvc' })
      if (round > 0 && throughput <= each.ceiling * warmBy) isWarm.add(each.name)
      each.ceiling = Math.max(each.ceiling, throughput)
      console.error(
        `${each.name}: ${connections} connections get ${Math.round(throughput)}/s, ${errors} not ok`,
      )
      await systemClock.sleep(rest.shortMs)
    }
  }
}

async function search(contenders: Contender[]): Promise<void> {
  for (;;) {
    const open = contenders.filter(({ bracket, ceiling }) => nextRate(bracket, ceiling) !== undefined)
    if (open.length === 0) return
    for (const each of open) {
      const rate = nextRate(each.bracket, each.ceiling)!
      const plan = { ...searchWindow, rate }
      const holds = (await windowOf(each, plan)).holds || (await windowOf(each, plan)).holds
      each.bracket = learnt(each.bracket, rate, holds)
    }
  }
}

async function confirm(
  contenders: Contender[],
  { seconds, endMs }: { seconds: number; endMs: number },
): Promise<void> {
  const rates = new Map(contenders.map(({ name, bracket }) => [name, bracket.held]))
  for (;;) {
    const open = contenders.filter(({ held }) => held === undefined)
    if (open.length === 0) return
    for (const each of open) {
      const rate = rates.get(each.name)!
      if (performance.now() > endMs - seconds * 1000) {
        throw new Error(
          `${each.name}: nothing above ${rate} a second was held for ${seconds} s, and the time is over`,
        )
      }
      const window = await windowOf(each, { ...searchWindow, rate, seconds, spared: 0 })
      if (window.holds) each.held = window
      else rates.set(each.name, Math.round(rate * confirmStep))
      await systemClock.sleep(rest.longMs)
    }
  }
}

async function windowOf({ name, target }: Contender, plan: WindowPlan): Promise<Windowed> {
  const window = await loadWindow(target, plan)
  const { rate, p99, worstP99, leadP99, failed, holds, others, lagP99, waitP99, serviceP99 } = window
  const judged = `p99 ${p99.toFixed(1)} ms, of the worst second ${worstP99.toFixed(1)}, of the lead ${leadP99.toFixed(1)}`
  const parts = `late ${lagP99.toFixed(1)}, waiting ${waitP99.toFixed(1)}, answered in ${serviceP99.toFixed(1)}`
  console.error(
    `${name}: ${rate}/s for ${plan.seconds} s: ${judged} (${parts}); ${failed} not ok; ` +
      `others took ${(others * 100).toFixed(0)} % of the machine: ${holds ? 'holds' : 'does not hold'}`,
  )
  await systemClock.sleep(rest.shortMs)
  return window
}
