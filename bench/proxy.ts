// The proxy beside no proxy and beside a real Toxiproxy, against the bars of docs/proxy.md.
//
//   npm run bench -- proxy [--only cost | faults] [--rounds 5] [--toxiproxy-server PATH] [--write]
//
// --write puts the tables into docs/proxy.md.

import { loadavg } from 'node:os'
import { parseArgs } from 'node:util'
import { markdownTable, putTable } from '../test/fixtures/page-table.ts'
import { removalTrial } from '../test/proxy/removal-trial.ts'
import { accuracy, accuracyConditions } from './proxy-accuracy.ts'
import { bites } from './proxy-bite.ts'
import { direct, ours, toxiproxy, type ProxyContender } from './proxy-contenders.ts'
import { cost, costConditions } from './proxy-cost.ts'
import { quantile } from './proxy-quantile.ts'

const overheadBarMs = 0.15

export async function benchProxy(): Promise<void> {
  const { values } = parseArgs({
    args: process.argv.slice(3),
    options: {
      only: { type: 'string' },
      rounds: { type: 'string', default: '5' },
      'toxiproxy-server': { type: 'string' },
      write: { type: 'boolean', default: false },
    },
  })
  // A bench that is ended early leaves no server behind.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1))
  const mine = await ours()
  const theirs = await toxiproxy(values['toxiproxy-server'])
  try {
    for (const [name, measure] of Object.entries({ cost: costTable, faults: faultsTable })) {
      if (values.only !== undefined && values.only !== name) continue
      const text = await measure({ mine, theirs, rounds: Number(values.rounds) })
      console.log(`${text}\n(load of the machine: ${loadavg()[0]!.toFixed(1)})\n`)
      if (values.write) await putTable(`bench:proxy-${name}`, text, 'proxy.md')
    }
  } finally {
    mine.stop()
    theirs?.stop()
  }
}

interface Parts {
  mine: ProxyContender
  theirs: ProxyContender | undefined
  rounds: number
}

async function costTable({ mine, theirs, rounds }: Parts): Promise<string> {
  const contenders = [direct(), mine, ...(theirs ? [theirs] : [])]
  const all = await cost(contenders, rounds)
  const [bare] = all
  const head = ['', 'p50', 'more than direct', 'requests a second', 'CPU per request', 'bulk']
  const rows = all.map(({ name, p50Ms, ratePerSecond, cpuUsPerRequest, bulkRate }) => [
    name,
    `${p50Ms.toFixed(3)} ms`,
    name === bare!.name ? '' : `${(p50Ms - bare!.p50Ms).toFixed(3)} ms`,
    Math.round(ratePerSecond).toLocaleString('en-US'),
    name === bare!.name ? '' : `${cpuUsPerRequest.toFixed(1)} µs`,
    `${bulkRate.toFixed(0)} MB/s`,
  ])
  const bar = `The bar: at most ${overheadBarMs} ms more than direct, and as many requests and bytes a second as Toxiproxy.`
  return `${costConditions(rounds)} ${bar}\n\n${markdownTable(head, rows)}`
}

async function faultsTable({ mine, theirs, rounds }: Parts): Promise<string> {
  const rows: string[][] = []
  const tell = (...row: string[]): void => {
    rows.push(row)
    console.log(row.join(' | ')) // it takes minutes
  }
  const ms = (value: number): string => `${value.toFixed(1)} ms`
  for (const contender of theirs ? [mine, theirs] : [mine]) {
    const all = []
    for (let round = 0; round < rounds; round++) all.push(await accuracy(contender))
    const middle = all.toSorted((a, b) => a.p99Ms - b.p99Ms)[rounds >> 1]!
    tell(
      `100 ms of latency, error (${contender.name})`,
      'p50 ≤ 1.5 ms, p99 ≤ 5 ms',
      `p50 ${ms(middle.p50Ms)}, p99 ${ms(middle.p99Ms)}, max ${ms(middle.maxMs)}`,
    )
  }
  const { edgeMs, killMs, late } = await bites({ edges: 180, kills: 50 })
  const spread = (values: number[]): string =>
    `p50 ${ms(quantile(values, 0.5))}, p99 ${ms(quantile(values, 0.99))}, max ${ms(quantile(values, 1))} of ${values.length}`
  tell('a fault on an edge is asked for → it bites', 'p99 < 25 ms', spread(edgeMs))
  for (const one of late) console.log(`  late: ${one}`)
  tell('a kill is asked for → the client sees the close', '< 50 ms', spread(killMs))
  const { removalMs, listMs, whole } = await removal(mine.api)
  tell(
    'a toxic is removed, 64 connections that nobody reads',
    '1,000 of 1,000, p99 < 50 ms',
    `${spread(removalMs)}; ${whole} pass traffic afterwards`,
  )
  tell('`GET /proxies` meanwhile', 'never blocked', spread(listMs))
  const how = `Latency at ${accuracyConditions}, the middle one of ${rounds} rounds. Bites in a running fleet, from the request to the agent to the first request of a client that goes wrong. Removal of random toxics in chains of 8.`
  return `${how}\n\n${markdownTable(['', 'the bar', 'measured'], rows)}`
}

async function removal(api: string) {
  const removalMs: number[] = []
  const listMs: number[] = []
  let whole = 0
  for (let seed = 1; seed <= 125; seed++) {
    const trial = await removalTrial({ seed, connections: 64, removals: 8, api })
    removalMs.push(...trial.removalMs)
    listMs.push(...trial.listMs)
    if (trial.isWhole) whole++
  }
  return { removalMs, listMs, whole: `${whole} of 125 proxies` }
}

/** Between its marks in docs/proxy.md. */
