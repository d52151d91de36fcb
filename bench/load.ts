// Load tools side by side, interleaved, judged by the server's own log of arrivals.
//
// A window in which the server itself had to wait for a core says little about a tool; it is discarded, and
// the discarded share is printed. `npm run bench -- load --write` puts the table into docs/load.md.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Truth } from '../test/fixtures/targets/truth-server.ts'
import { type Rival, rivals } from './load-rivals.ts'
import { median } from './median.ts'

const rate = 10_000
const seconds = 5
const rounds = 5
const noisyAbove = 0.02
const page = join(import.meta.dirname, '../docs/load.md')

interface Window extends Truth {
  cpuUs: number
}

export async function benchLoad(): Promise<void> {
  const server = await startTruth()
  try {
    const tools = rivals(server.url, { rate, seconds })
    const windows = new Map(tools.map(({ name }): [string, Window[]] => [name, []]))
    for (let round = 0; round < rounds; round++) {
      for (const tool of tools) {
        await server.tell()
        const cpuMs = await cpuOf(tool)
        const truth = await server.tell()
        windows.get(tool.name)!.push({ ...truth, cpuUs: (cpuMs * 1000) / Math.max(1, truth.arrivals) })
      }
    }
    const text = report(tools, windows)
    console.log(text)
    if (process.argv.includes('--write')) await writeInto(page, text)
  } finally {
    server.end()
  }
}

async function startTruth() {
  const path = join(import.meta.dirname, '../test/fixtures/targets/truth-server.ts')
  const child = spawn(process.execPath, [path], { stdio: ['pipe', 'pipe', 'inherit'] })
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

/** User and system time of the whole process, in ms. bash tells it. */
async function cpuOf({ argv }: Rival): Promise<number> {
  const script = 'TIMEFORMAT="%U %S"; time "$@" >/dev/null 2>&1'
  const child = spawn('bash', ['-c', script, 'bash', ...argv], { stdio: ['ignore', 'ignore', 'pipe'] })
  let text = ''
  child.stderr.on('data', (bytes: Buffer) => (text += bytes.toString()))
  await once(child, 'close')
  const [user = Number.NaN, system = Number.NaN] = text.trim().split(/\s+/).map(Number)
  return (user + system) * 1000
}

function report(tools: Rival[], windows: Map<string, Window[]>): string {
  const all = [...windows.values()].flat()
  const discarded = all.filter(({ runQueueWait }) => runQueueWait > noisyAbove).length
  const rows = tools.map(({ name, hasRate }) => {
    const own = windows.get(name)!
    const quiet = own.filter(({ runQueueWait }) => runQueueWait <= noisyAbove)
    const used = quiet.length > 0 ? quiet : own
    const of = (value: (window: Window) => number): number => median(used.map(value))
    const error = of((window) => Math.abs(window.ratePerSecond / rate - 1))
    const open = hasRate
      ? [
          percent(error, 3),
          of(({ fano }) => fano).toFixed(1),
          percent(
            of(({ emptyBins }) => emptyBins),
            0,
          ),
        ]
      : ['–', '–', '–']
    const windowsUsed = quiet.length > 0 ? `${quiet.length}` : `0, so ${own.length} noisy ones`
    return [name, ...open, `${of(({ cpuUs }) => cpuUs).toFixed(0)} µs`, windowsUsed]
  })
  const head = ['tool', 'rate error', 'Fano, 1 ms', 'empty 1 ms bins', 'CPU per request', 'quiet windows']
  return [
    `${rate.toLocaleString('en-US')} requests/s for ${seconds} s, 100 connections, ${rounds} interleaved rounds, medians; CPU time is of the whole process, start-up included; wrk and ab have no rate. ${discarded} of ${all.length} windows were noisy (the server waited for a core more than ${percent(noisyAbove, 0)} of the time) and left out where a tool had quiet ones.`,
    '',
    ...[head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`),
  ].join('\n')
}

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
