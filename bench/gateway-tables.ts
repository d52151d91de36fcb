// What the bench `gateway` found, as it stands in docs/performance.md: the rates, and what limits them.

import { availableParallelism } from 'node:os'
import { markdownTable } from '../test/fixtures/page-table.ts'
import type { Windowed } from './load-window.ts'

const bar = 0.6
const moonshot = 10_000
/** What is worth a line of its own; the others are added up. */
const shown = ['gateway', 'order', 'load']

export interface Found {
  name: string
  /** Answers a second with so many connections that ask again at once. */
  ceiling: number
  held: Windowed
  /** How many windows it had, and how many of them were discarded for the noise of others. */
  windows: number
  discarded: number
}

interface Rules {
  seconds: number
  limitMs: number
  connections: number
  /** Share of the machine that others may take of a window which counts. */
  noisyAbove: number
}

/** The first is what the second is measured against. */
export function gatewayTables(found: Found[], { seconds, limitMs, connections, noisyAbove }: Rules): string {
  const [bare, ours] = found.map(({ held }) => held.rate) as [number, number]
  const ratio = ours / bare
  const judged = [
    `${ratio.toFixed(2)} × of bare (bar: ≥ ${bar}: ${ratio >= bar ? 'reached' : '**missed**'})`,
    `moonshot ${perSecond(moonshot)}: ${ours >= moonshot ? 'reached' : 'not reached'}`,
    `each held for ${seconds} s with 0 errors and p99 ≤ ${limitMs} ms`,
  ].join('; ')
  return [
    rateTable(found, connections),
    `${judged}. ${noise(found, noisyAbove)}`,
    limitsTable(found),
    reading(found),
  ].join('\n\n')
}

const rateTable = (found: Found[], connections: number): string =>
  markdownTable(
    [
      '',
      'highest rate',
      'p99',
      'p99 of its worst second',
      'seconds in which the machine stood still',
      'p99 with those',
      `${connections} connections at once`,
    ],
    found.map(({ name, ceiling, held }) => [
      name,
      perSecond(held.rate),
      `${held.p99.toFixed(1)} ms`,
      `${held.worstP99.toFixed(1)} ms`,
      String(held.still),
      `${held.wholeP99.toFixed(1)} ms`,
      perSecond(Math.round(ceiling)),
    ]),
  )

function noise(found: Found[], noisyAbove: number): string {
  const shares = found.map(({ name, windows, discarded }) => `${discarded} of ${windows} of ${name}`)
  return `Windows discarded, since others took more than ${percent(noisyAbove)} of the machine or it stood still too often: ${shares.join(', ')}.`
}

function limitsTable(found: Found[]): string {
  const rows = found.flatMap(({ name, held }) => {
    const rest = held.processes.filter((process) => !shown.includes(process.name))
    const restMs = rest.reduce((sum, { cpuMs }) => sum + cpuMs, 0)
    return [
      ...shown.flatMap((part) => {
        const process = held.processes.find((each) => each.name === part)
        if (process === undefined) return []
        const { cpuMs, waitMs, loop } = process
        return [
          [
            `${name}: ${part}`,
            (cpuMs * 1000) / held.ok,
            ...[cpuMs, waitMs].map((ms) => percent(ms / held.elapsedMs)),
            percent(loop?.utilization),
            percent(loop?.gc),
            longest(loop?.longestGcMs),
            longest(loop?.longestDelayMs),
          ],
        ]
      }),
      ...(rest.length === 0
        ? []
        : [[`${name}: all others`, (restMs * 1000) / held.ok, percent(restMs / held.elapsedMs)]]),
    ]
  })
  const head = [
    '',
    'CPU, µs a request',
    'of a core',
    'waits for one',
    'loop busy',
    'GC',
    'longest GC',
    'longest delay',
  ]
  return markdownTable(
    head,
    rows.map((row) => head.map((_, column) => cellText(row[column]))),
  )
}

/** Who has nothing left: the machine, or one of the processes. */
function reading(found: Found[]): string {
  const cores = availableParallelism()
  return found
    .map(({ name, held }) => {
      const ownMs = held.processes.reduce((sum, { cpuMs }) => sum + cpuMs, 0)
      const own = ownMs / (held.elapsedMs * cores)
      return `${name}: ${percent(own)} of ${cores} cores, ${percent(held.others)} by programs that have nothing to do with it`
    })
    .join('; ')
    .concat('.')
}

const cellText = (cell: string | number | undefined): string =>
  typeof cell === 'number' ? cell.toFixed(0) : (cell ?? '')
const perSecond = (rate: number): string => `${rate.toLocaleString('en')}/s`
const percent = (share: number | undefined): string =>
  share === undefined ? '' : `${(share * 100).toFixed(share < 0.1 ? 1 : 0)} %`
const longest = (ms: number | null | undefined): string => (ms == null ? '' : `${ms.toFixed(0)} ms`)
