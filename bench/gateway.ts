// How many authenticated reads a second a generated system serves on this machine, the load generator included,
// beside the same written with bare Fastify and undici:
//
//   ours   load ─▶ gateway ─▶ order (store)       token checked, policy, traces to a collector
//   bare   load ─▶ Fastify + undici ─▶ Fastify    the same answer, and nothing else
//
//   npm run bench -- gateway [--seconds 60] [--write]
//
// The highest rate at which for a minute every answer is good and the p99, counted from the intended start, is at
// most 50 ms. Both run all the time and take turns, by the same rules. Takes 10 to 25 minutes:
//
//   as many as 256 connections can get   until that grows no more: warms up, and says where to begin
//   short windows, up and down           a miss is tried once more
//   whole minutes                        from what held down by 15 %, until one holds, then half a step up again
//
// What the machine does is not held against either. A virtual machine can stand still for a tenth of a second with nothing
// to tell it by: such seconds are not judged, and others added instead (stalls.ts). And a miss says nothing while programs
// that have nothing to do with it took more than 2 % of the machine, or too few seconds were without a stall: such a
// window is discarded and repeated. Both are counted.

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
import { learnt, nextRate, unknown, type Bracket, type Steps } from './rate-search.ts'
import { watchStalls, type Stalls } from './stalls.ts'

const limitMs = 50
/** As many calls as the gateway lets wait for order: with fewer, a stall of a moment queues in the generator. */
const connections = 256
const warmUp = { seconds: 5, mostRounds: 8 }
/** A round that is no faster than the one before by more finds it warm. */
const warmBy = 1.05
/** So near that few of the long windows are needed. */
const shortSteps = { up: 1.25, down: 0.8, precision: 1.12 }
const beginAt = 0.5
const shortWindow = { leadSeconds: 2, seconds: 5, mostSeconds: 15, limitMs, connections }
/** Of rates nearer to each other the window that a system happened to get says more than the rate. */
const longSteps = { up: 1.085, down: 0.85, precision: 1.09 }
/** Whoever waited while the other had its minute has connections to open again, and a crowd to answer meanwhile. */
const longLeadSeconds = 4
/** Of a minute: what may pass until a whole one could be judged. */
const patience = 3
const noisyAbove = 0.02
/** In a row; then the machine is what it is. */
const mostDiscarded = 3
const restMs = 1000
const mostMs = 25 * 60_000

interface Contender {
  name: string
  target: Target
  ceiling: number
  /** Windows so far, and those of them that were discarded. */
  windows: number
  discarded: number
}

/** What is known of a contender, and the window of the rate that held. */
interface Known {
  contender: Contender
  bracket: Bracket
  steps: Steps
  held: Windowed | undefined
}

interface Stage {
  window: Omit<WindowPlan, 'rate'>
  /** So many windows at a rate must miss. */
  tries: number
  /** No window begins for which there is no time left. */
  endMs: number
  stalls: Stalls
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
    using stalls = await watchStalls()
    await using bare = await startBare(watchFolder)
    await using ours = await startOurs(watchFolder)
    const contenders = [
      contender('bare Fastify + undici', { ...bare, beside: ours.processes }),
      contender('generated system', { ...ours, beside: bare.processes }),
    ]
    await warmAll(contenders)
    const short = await search(
      contenders.map((each) => begin(each, { ...shortSteps, first: beginAt * each.ceiling })),
      { window: shortWindow, tries: 2, endMs, stalls },
    )
    const found = await search(
      short.map(({ contender: each, bracket }) => begin(each, { ...longSteps, first: bracket.held })),
      { window: longWindow(seconds), tries: 1, endMs, stalls },
    )
    const tables = gatewayTables(
      found.map(({ contender: { name, ceiling, windows, discarded }, held, bracket }) => {
        if (held !== undefined) return { name, ceiling, windows, discarded, held }
        throw new Error(
          `${name}: no rate was held for ${seconds} s, the last tried was ${bracket.missed}/s, and the time is over`,
        )
      }),
      { seconds, limitMs, connections, noisyAbove },
    )
    console.log(`\n${tables}`)
    if (values.write) await putTable('gateway', tables, 'performance.md')
  } finally {
    await rm(watchFolder, { recursive: true, force: true })
  }
}

const longWindow = (seconds: number): Stage['window'] => ({
  ...shortWindow,
  leadSeconds: longLeadSeconds,
  seconds,
  mostSeconds: Math.ceil(patience * seconds),
})

const contender = (name: string, target: Target): Contender => ({
  name,
  target,
  ceiling: 0,
  windows: 0,
  discarded: 0,
})

const begin = (each: Contender, steps: Steps): Known => ({
  contender: each,
  bracket: unknown,
  steps,
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
      await systemClock.sleep(restMs)
    }
  }
}

/** In turn, until enough is known of all or the time is over. */
async function search(begun: Known[], stage: Stage): Promise<Known[]> {
  const known = [...begun]
  for (let isLearning = true; isLearning;) {
    isLearning = false
    for (const [index, before] of known.entries()) {
      const after = await learnMore(before, stage)
      known[index] = after
      isLearning ||= after !== before
    }
  }
  return known
}

/** The same again when there is nothing to learn, or no time. */
async function learnMore(known: Known, stage: Stage): Promise<Known> {
  const rate = nextRate(known.bracket, known.steps)
  if (rate === undefined) return known
  for (let missed = 0; missed < stage.tries; missed += 1) {
    const window = await judgedWindow(known.contender, { ...stage.window, rate }, stage)
    if (window === undefined) return known
    if (window.holds) return { ...known, bracket: learnt(known.bracket, rate, true), held: window }
  }
  return { ...known, bracket: learnt(known.bracket, rate, false) }
}

/** One that says something; undefined when there is no time for it. */
async function judgedWindow(
  each: Contender,
  plan: WindowPlan,
  { endMs, stalls }: Stage,
): Promise<Windowed | undefined> {
  for (let discarded = 0; ; discarded += 1) {
    if (performance.now() > endMs - (plan.leadSeconds + plan.seconds) * 1000) return undefined
    const window = await loadWindow(each.target, plan, stalls)
    tell(each, plan, window)
    await systemClock.sleep(restMs)
    each.windows += 1
    if (window.holds || saysSomething(window) || discarded === mostDiscarded) return window
    each.discarded += 1
    console.error(`${each.name}: discarded`)
  }
}

const saysSomething = ({ isDecided, others }: Windowed): boolean => isDecided && others <= noisyAbove

function tell({ name }: Contender, { seconds }: WindowPlan, window: Windowed): void {
  const { rate, p99, worstP99, wholeP99, leadP99, lagP99, waitP99, serviceP99, failed, holds } = window
  const { judged, still, others } = window
  const ms = (time: number): string => time.toFixed(1)
  console.error(
    [
      `${name}: ${rate}/s for ${seconds} s: p99 ${ms(p99)} ms, of the worst second ${ms(worstP99)}, of the lead ${ms(leadP99)}`,
      `${judged} seconds judged, ${still} in which the machine stood still; p99 with those ${ms(wholeP99)} ms`,
      `of all: late ${ms(lagP99)}, waiting ${ms(waitP99)}, answered in ${ms(serviceP99)}; ${failed} not ok`,
      `others took ${(others * 100).toFixed(1)} % of the machine: ${holds ? 'holds' : 'does not hold'}`,
    ].join('; '),
  )
}
