// Load tools side by side, interleaved, judged by the server's own log of arrivals.
//
//   npm run build && npm run bench -- load [--seconds 15] [--rounds 5] [--write]
//
// A window in which the server itself had to wait for a core says little about a tool; it is discarded, and
// the discarded share is printed. Where taskset is there, the server has one core and each tool another, so
// that a closed loop shows what one core of the tool can do. --write puts the tables into docs/load.md.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile, writeFile } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { parseArgs } from 'node:util'
import type { Truth } from '../test/fixtures/targets/truth-server.ts'
import { closedRivals, isHere, isOnPath, openRivals, type Rival } from './load-rivals.ts'
import { median } from './median.ts'

const rate = 10_000
const openConnections = 100
const closedConnections = 50
const noisyAbove = 0.02

interface Window extends Truth {
  /** Of the tool, per request that arrived. */
  cpuUs: number
}
type Measured = { tool: Rival; windows: Window[] }[]

export async function benchLoad(): Promise<void> {
  const { values } = parseArgs({
    args: process.argv.slice(3),
    options: {
      seconds: { type: 'string', default: '15' },
      rounds: { type: 'string', default: '5' },
      write: { type: 'boolean', default: false },
    },
  })
  const [seconds, rounds] = [Number(values.seconds), Number(values.rounds)]
  const isPinned = isOnPath('taskset') && availableParallelism() > 1
  const server = await startTruth(isPinned)
  try {
    const { url } = server
    const open = present(openRivals({ url, seconds, connections: openConnections, rate }))
    const closed = present(closedRivals({ url, seconds, connections: closedConnections }))
    const measure = async (tools: Rival[]): Promise<Measured> => {
      const measured: Measured = tools.map((tool) => ({ tool, windows: [] }))
      for (let round = 0; round < rounds; round++) {
        for (const { tool, windows } of measured) windows.push(await windowOf(tool, server, isPinned))
      }
      return measured
    }
    const how = `${seconds} s each, ${rounds} interleaved rounds, medians; CPU time is of the whole process, start-up included${isPinned ? '; server and tool each on a core of their own' : ''}`
    const text = [openTable(await measure(open), how), closedTable(await measure(closed), how)].join('\n\n')
    console.log(text)
    if (values.write) await writeInto(join(import.meta.dirname, '../docs/load.md'), text)
  } finally {
    server.end()
  }
}

function present(tools: Rival[]): Rival[] {
  const absent = tools.filter((tool) => !isHere(tool)).map(({ name }) => name)
  if (absent.length > 0) console.log(`not on the PATH, left out: ${absent.join(', ')}`)
  return tools.filter(isHere)
}

type Server = Awaited<ReturnType<typeof startTruth>>

async function startTruth(isPinned: boolean) {
  const path = join(import.meta.dirname, '../test/fixtures/targets/truth-server.ts')
  const [program = '', ...args] = pinned([process.execPath, path], isPinned ? 1 : null)
  const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'inherit'] })
  const lines = createInterface({ input: child.stdout })
  const nextLine = async (): Promise<string> => ((await once(lines, 'line')) as [string])[0]
  const url = `${await nextLine()}/`
  return {
    url,
    async tell(): Promise<Truth> {
      const line = nextLine()
      child.stdin.write('\n')
      return JSON.parse(await line) as Truth
    },
    end: () => child.stdin.end(),
  }
}

const pinned = (argv: string[], core: number | null): string[] =>
  core === null ? argv : ['taskset', '-c', String(core), ...argv]

async function windowOf(tool: Rival, server: Server, isPinned: boolean): Promise<Window> {
  await server.tell()
  const cpuMs = await cpuOf(pinned(tool.argv, isPinned ? 0 : null))
  const truth = await server.tell()
  return { ...truth, cpuUs: (cpuMs * 1000) / Math.max(1, truth.arrivals) }
}

/** User and system time of the whole process and its children, in ms. bash tells it. */
async function cpuOf(argv: string[]): Promise<number> {
  const script = 'TIMEFORMAT="%U %S"; time "$@" >/dev/null 2>&1'
  const child = spawn('bash', ['-c', script, 'bash', ...argv], { stdio: ['ignore', 'ignore', 'pipe'] })
  let text = ''
  child.stderr.on('data', (bytes: Buffer) => (text += bytes.toString()))
  await once(child, 'close')
  const [user = Number.NaN, system = Number.NaN] = text.trim().split(/\s+/).map(Number)
  return (user + system) * 1000
}

/** The quiet windows of a tool; all of them, and told so, where there is none. */
function judged(windows: Window[]): { median(value: (window: Window) => number): number; told: string } {
  const quiet = windows.filter(({ runQueueWait }) => runQueueWait <= noisyAbove)
  const used = quiet.length > 0 ? quiet : windows
  return {
    median: (value) => median(used.map(value)),
    told: quiet.length > 0 ? `${quiet.length}` : `0, so ${windows.length} noisy ones`,
  }
}

function openTable(measured: Measured, how: string): string {
  const rows = measured.map(({ tool: { name }, windows }) => {
    const { median: of, told } = judged(windows)
    return [
      name,
      percent(
        of((window) => Math.abs(window.ratePerSecond / rate - 1)),
        3,
      ),
      of(({ fano }) => fano).toFixed(1),
      percent(
        of(({ emptyBins }) => emptyBins),
        0,
      ),
      `${of(({ cpuUs }) => cpuUs).toFixed(1)} µs`,
      told,
    ]
  })
  const head = [
    'open loop',
    'rate error',
    'Fano, 1 ms',
    'empty 1 ms bins',
    'CPU per request',
    'quiet windows',
  ]
  return tableOf(
    head,
    rows,
    `${rate.toLocaleString('en-US')} requests/s over ${openConnections} connections, ${how}. ${noise(measured)}`,
  )
}

function closedTable(measured: Measured, how: string): string {
  const rows = measured.map(({ tool: { name }, windows }) => {
    const { median: of, told } = judged(windows)
    const perSecond = Math.round(of(({ ratePerSecond }) => ratePerSecond)).toLocaleString('en-US')
    return [name, perSecond, `${of(({ cpuUs }) => cpuUs).toFixed(1)} µs`, told]
  })
  const head = ['closed loop', 'requests per second', 'CPU per request', 'quiet windows']
  return tableOf(
    head,
    rows,
    `As many as the server answers over ${closedConnections} connections, ${how}. ${noise(measured)}`,
  )
}

function noise(measured: Measured): string {
  const all = measured.flatMap(({ windows }) => windows)
  const discarded = all.filter(({ runQueueWait }) => runQueueWait > noisyAbove).length
  return `${discarded} of ${all.length} windows were noisy (the server waited for a core more than ${percent(noisyAbove, 0)} of the time) and left out where a tool had quiet ones.`
}

const tableOf = (head: string[], rows: string[][], caption: string): string =>
  [caption, '', ...[head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`)].join(
    '\n',
  )

const percent = (share: number, digits: number): string => `${(share * 100).toFixed(digits)} %`

async function writeInto(path: string, table: string): Promise<void> {
  const text = await readFile(path, 'utf8')
  const marks = /(<!-- bench:load -->\n)[^]*?(\n<!-- \/bench:load -->)/
  if (!marks.test(text)) throw new Error(`${path} has no place for the table`)
  await writeFile(
    path,
    text.replace(marks, (_, before: string, after: string) => `${before}\n${table}\n${after}`),
  )
}
