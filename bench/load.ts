// Load tools side by side, interleaved, judged by the server's own log of arrivals.
//
//   npm run build && npm run bench -- load [--seconds 15] [--rounds 5] [--write]
//   npm run bench -- load --tables open --only eco,autocannon --seconds 5     a quick look
//   npm run bench -- load --tables stall,closed --write                       some of the tables
//
// A window in which the server itself had to wait for a core says little about a tool; it is discarded, and
// the discarded share is printed. --write puts the tables into docs/load.md.

import { execFileSync } from 'node:child_process'
import { parseArgs } from 'node:util'
import { putTable } from '../test/fixtures/page-table.ts'
import type { TruthOrder } from '../test/fixtures/targets/truth-server.ts'
import { closedRivals, isHere, openRivals, type Rival } from './load-rivals.ts'
import { closedTable, delayTable, openTable, stallTable } from './load-tables.ts'
import { startTruth, type TruthServer, type Window } from './truth.ts'

const delaysMs = [1, 5, 20, 100]
/** Of what is measured at 1,000 a second, and in a closed loop: enough for steady figures. */
const longestShortSeconds = 10
const stallSeconds = 5

export type Measured = { tool: Rival; windows: Window[] }[]

export async function benchLoad(): Promise<void> {
  const { values } = parseArgs({
    args: process.argv.slice(3),
    options: {
      seconds: { type: 'string', default: '15' },
      rounds: { type: 'string', default: '5' },
      write: { type: 'boolean', default: false },
      tables: { type: 'string', default: 'open,delay,stall,closed' },
      only: { type: 'string' },
    },
  })
  const [seconds, rounds] = [Number(values.seconds), Number(values.rounds)]
  const short = Math.min(seconds, longestShortSeconds)
  const wanted = values.tables.split(',')
  await using server = await startTruth()
  const { url } = server
  const asked = (table: string, rivals: Rival[]): Rival[] =>
    wanted.includes(table) ? rivals.filter((tool) => isHere(tool) && isNamed(tool, values.only)) : []
  // Each connection costs CPU time, which is compared here.
  const alike = { connections: 100, isAlike: true }
  const open = asked('open', openRivals({ url, seconds, rate: 10_000, ...alike }))
  const slow = asked('delay', openRivals({ url, seconds: short, connections: 200, rate: 1000 })).filter(
    saysLatencies,
  )
  const stalled = asked(
    'stall',
    openRivals({ url, seconds: stallSeconds, connections: 100, rate: 1000 }),
  ).filter(saysLatencies)
  const closed = asked('closed', closedRivals({ url, seconds: short, connections: 50 }))
  const eachSeconds =
    open.length * seconds +
    (delaysMs.length * slow.length + closed.length) * short +
    stalled.length * stallSeconds
  if (eachSeconds === 0) throw new Error('no tool of that name, or no such table')
  if (values.write && values.only !== undefined) throw new Error('--write wants all tools')
  const here = new Set([...open, ...closed].map(({ name }) => name))
  const absent = ['wrk', 'ab', 'hey', 'h2load', 'oha', 'vegeta', 'k6'].filter((name) => !here.has(name))
  if (absent.length > 0 && values.only === undefined)
    console.log(`not on the PATH, left out: ${absent.join(', ')}`)
  console.log(`about ${Math.ceil((rounds * eachSeconds * 1.1) / 60)} minutes`)

  const measure = (tools: Rival[], order?: TruthOrder): Promise<Measured> =>
    interleaved(server, tools, { rounds, ...(order !== undefined && { order }) })
  const about = { url, rounds, isPinned: server.isPinned }
  const tell = async (name: string, table: string): Promise<void> => {
    console.log(`${table}\n`)
    if (values.write) await putTable(`bench:load-${name}`, table, 'load.md')
  }
  if (open.length > 0) await tell('open', openTable(await measure(open), { ...about, seconds, rate: 10_000 }))
  if (slow.length > 0) {
    const perDelay = new Map<number, Measured>()
    for (const delayMs of delaysMs) perDelay.set(delayMs, await measure(slow, { delayMs }))
    await tell('delay', delayTable(perDelay, { ...about, seconds: short, rate: 1000 }))
  }
  if (stalled.length > 0) {
    const stall = { stallMs: 1000, stallAt: 2000, scheduledPerSecond: 1000 }
    const measured = await measure(stalled, stall)
    await tell('stall', stallTable(measured, { ...about, seconds: stallSeconds, rate: 1000 }))
  }
  if (closed.length > 0)
    await tell('closed', closedTable(await measure(closed), { ...about, seconds: short }))
  if (values.write) execFileSync('npx', ['oxfmt', 'docs/load.md'], { stdio: 'inherit' })
}

/** `eco,autocannon`: ours without the `msvc`. */
const isNamed = ({ name }: Rival, only: string | undefined): boolean =>
  only === undefined || only.split(',').some((asked) => [asked, `msvc ${asked}`].includes(name))

const saysLatencies = ({ latenciesMs }: Rival): boolean => latenciesMs !== undefined

async function interleaved(
  server: TruthServer,
  tools: Rival[],
  { rounds, order }: { rounds: number; order?: TruthOrder },
): Promise<Measured> {
  const measured: Measured = tools.map((tool) => ({ tool, windows: [] }))
  for (let round = 0; round < rounds; round++) {
    for (const { tool, windows } of measured) {
      process.stderr.write(
        `round ${round + 1}: ${tool.name}${order === undefined ? '' : ` ${JSON.stringify(order)}`}\n`,
      )
      windows.push(await server.windowOf(tool, order))
    }
  }
  return measured
}
