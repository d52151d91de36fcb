// What a hop of a generated system costs: CPU time per request of a service that passes a request on, against
// the same written with bare Fastify and undici.
//
//   npm run bench -- hop [--rounds 9] [--requests 10000] [--write]
//
// The same load over loopback for each, in rounds that take turns; the middle of what each process used. 1 % of the
// requests are sampled and their spans sent to a collector, so that ours does what it does in earnest.

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { Pool } from 'undici'
import { markdownTable, putTable } from '../test/fixtures/page-table.ts'
import { forkServer, type ChildServer } from './child-server.ts'
import { median } from './median.ts'

const file = join(import.meta.dirname, 'hop-server.ts')
const connections = 16
const bar = 1.5

const contenders = [
  { kind: 'request', name: 'Fastify + undici `request`' },
  { kind: 'dispatch', name: 'Fastify + undici `dispatch`' },
  { kind: 'ours', name: 'a service of the platform' },
] as const

export async function benchHop(): Promise<void> {
  const { values } = parseArgs({
    args: process.argv.slice(3),
    options: {
      rounds: { type: 'string', default: '9' },
      requests: { type: 'string', default: '10000' },
      write: { type: 'boolean', default: false },
      profile: { type: 'string' },
    },
  })
  const [rounds, requests] = [Number(values.rounds), Number(values.requests)]
  const data = await mkdtemp(join(tmpdir(), 'msvc-bench-'))
  const started: ChildServer[] = []
  const start = async (kind: string, nextUrl = '', env = {}): Promise<ChildServer> => {
    const profiled = values.profile === kind ? ['--cpu-prof', '--cpu-prof-dir=.tmp'] : []
    const server = await forkServer(file, [kind, nextUrl], { env, execArgv: profiled })
    started.push(server)
    return server
  }
  try {
    const [leaf, collector] = [await start('leaf'), await start('collector')]
    const env = { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, DATA_DIR: data, LOG_LEVEL: 'warn' }
    const servers = new Map<string, ChildServer>()
    for (const { kind } of contenders) servers.set(kind, await start(kind, leaf.url, env))
    const samples = await measure(servers, { rounds, requests })
    const table = tableOf(samples)
    console.log(
      `CPU time of the server process per request, medians of ${rounds} interleaved rounds of ${requests.toLocaleString('en')} requests over ${connections} connections\n`,
    )
    console.log(table)
    if (values.write) await putTable('hop', table, 'performance.md')
  } finally {
    for (const server of started.toReversed()) await server.stop()
    await rm(data, { recursive: true, force: true })
  }
}

async function measure(
  servers: Map<string, ChildServer>,
  { rounds, requests }: { rounds: number; requests: number },
): Promise<Map<string, number[]>> {
  const kinds = [...servers.keys()]
  const samples = new Map(kinds.map((kind): [string, number[]] => [kind, []]))
  for (const kind of kinds) await cpuPerRequest(servers.get(kind)!, requests) // warms up
  for (let round = 0; round < rounds; round += 1) {
    for (let turn = 0; turn < kinds.length; turn += 1) {
      const kind = kinds[(round + turn) % kinds.length]!
      samples.get(kind)!.push(await cpuPerRequest(servers.get(kind)!, requests))
    }
  }
  return samples
}

async function cpuPerRequest(server: ChildServer, requests: number): Promise<number> {
  const pool = new Pool(server.url, { connections })
  const before = await server.cpuUs()
  let next = 0
  const ask = async (): Promise<void> => {
    while (next < requests) {
      const number = next++
      const { statusCode, body } = await pool.request({
        method: 'GET',
        path: '/orders/o1',
        headers: traced(number),
      })
      await body.dump()
      if (statusCode !== 200) throw new Error(`${server.url} answered ${statusCode}`)
    }
  }
  await Promise.all(Array.from({ length: connections }, ask))
  const after = await server.cpuUs()
  await pool.close()
  return (after - before) / requests
}

/** As a caller sends it; every hundredth is sampled. */
const traced = (number: number): Record<string, string> => ({
  traceparent: `00-4bf92f3577b34da6a3ce929d${String(number).padStart(8, '0')}-00f067aa0ba902b7-${number % 100 === 0 ? '01' : '00'}`,
  'x-deadline-ms': '2000',
})

function tableOf(samples: Map<string, number[]>): string {
  const bare = median(samples.get('request')!)
  return markdownTable(
    ['a hop by', 'CPU, µs per request', 'of `request`', `bar ≤ ${bar} ×`],
    contenders.map(({ kind, name }) => {
      const value = median(samples.get(kind)!)
      const ratio = value / bare
      const verdict = kind !== 'ours' ? '' : ratio <= bar ? 'reached' : '**missed**'
      return [name, value.toFixed(1), `${ratio.toFixed(2)} ×`, verdict]
    }),
  )
}
