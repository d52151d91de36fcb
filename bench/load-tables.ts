// What was measured → the tables of docs/load.md: a row a tool, the bars and whether they were met, and the
// commands that were compared.

import type { Measured } from './load.ts'
import { type Latencies, type Rival, typed } from './load-rivals.ts'
import { median } from './median.ts'
import type { Window } from './truth.ts'

const noisyAbove = 0.02

interface About {
  url: string
  seconds: number
  rounds: number
  isPinned: boolean
}
type AboutRate = About & { rate: number }

/** [what is asked, whether it was so] */
type Bar = readonly [string, boolean]

export function openTable(measured: Measured, about: AboutRate): string {
  const { rate, seconds } = about
  const rows = measured.map(({ tool, windows }) => {
    const { of, told } = judged(windows)
    return {
      name: tool.name,
      rateError: of((window) => Math.abs(window.ratePerSecond / rate - 1)),
      missed: of((window) => window.arrivals - rate * seconds),
      fano: of(({ fano }) => fano),
      empty: of(({ emptyBins }) => emptyBins),
      cpuUs: of(({ cpuUs }) => cpuUs),
      told,
    }
  })
  const row = (name: string) => rows.find((one) => one.name === name)
  const [metronome, precise, eco] = [row('msvc metronome'), row('msvc precise'), row('msvc eco')]
  const [autocannon, hey] = [row('autocannon'), row('hey')]
  const bars: Bar[] = [
    ...[metronome, precise, eco].flatMap((one): Bar[] =>
      one === undefined
        ? []
        : [
            [
              `${one.name}: rate error ≤ 0.05 %, arrivals ± 1`,
              one.rateError <= 0.0005 && Math.abs(one.missed) <= 1,
            ],
          ],
    ),
    ...barOf(
      'msvc metronome: Fano ≤ 4, empty bins ≤ 7 %',
      metronome,
      (one) => one.fano <= 4 && one.empty <= 0.07,
    ),
    ...barOf(
      'msvc precise: Fano ≤ 0.5, empty bins 0 %',
      precise,
      (one) => one.fano <= 0.5 && one.empty < 0.0005,
    ),
    ...barOf(
      'msvc eco: no more CPU than autocannon',
      autocannon,
      ({ cpuUs }) => eco !== undefined && eco.cpuUs <= cpuUs,
    ),
    ...barOf(
      'msvc metronome: less CPU than hey',
      hey,
      ({ cpuUs }) => metronome !== undefined && metronome.cpuUs < cpuUs,
    ),
  ]
  return section({
    caption: `**${count(rate)} requests/s**, ${how(about)}.`,
    head: [
      'open loop',
      'rate error',
      'arrivals − asked',
      'Fano, 1 ms',
      'empty 1 ms bins',
      'CPU per request',
      'windows',
    ],
    rows: rows.map(({ name, rateError, missed, fano, empty, cpuUs, told }) => [
      name,
      percent(rateError, 3),
      count(missed),
      fano.toFixed(fano < 1 ? 2 : 1),
      percent(empty, 1),
      `${cpuUs.toFixed(1)} µs`,
      told,
    ]),
    bars,
    measured: [measured],
    about,
  })
}

/** What a tool says of a delay, less what the server really held the requests back. */
export function delayTable(perDelay: ReadonlyMap<number, Measured>, about: AboutRate): string {
  const all = [...perDelay.values()]
  const errorsOf = (tool: Rival): number[] =>
    all.map((measured) => {
      const { windows } = measured.find((one) => one.tool.name === tool.name)!
      return judged(windows).of((window) => said(tool, window).p50 - window.heldMs)
    })
  const tools = all[0]!.map(({ tool }) => tool)
  return section({
    caption: `**A known delay** at ${count(about.rate)} requests/s, ${how(about)}: the p50 that a tool reports, less the time for which the server really held the median request (it notes that itself).`,
    head: ['error of p50', ...[...perDelay.keys()].map((delayMs) => `${delayMs} ms`)],
    rows: tools.map((tool) => [tool.name, ...errorsOf(tool).map(signedMs)]),
    bars: tools
      .filter(isPunctual)
      .map((tool) => [`${tool.name}: ≤ 0.5 ms`, errorsOf(tool).every((error) => Math.abs(error) <= 0.5)]),
    measured: all,
    about,
  })
}

/** What a tool says, less what its arrivals really waited until the server that stood still had read them. */
export function stallTable(measured: Measured, about: AboutRate): string {
  const names = ['p50', 'p90', 'p99', 'max'] as const
  const errorsOf = (tool: Rival, windows: Window[]): number[] =>
    names.map((name) => judged(windows).of((window) => said(tool, window)[name] - window.waitedMs[name]))
  return section({
    caption: `**The server stands still for 1 s** at ${count(about.rate)} requests/s, ${how(about)}: what a tool reports, less what its arrivals really waited, from when they were due until the server had read them (it notes that itself; a server that drained at once would make that p50 0, p90 500, p99 950, max 1,000 ms).`,
    head: ['error', ...names],
    rows: measured.map(({ tool, windows }) => [tool.name, ...errorsOf(tool, windows).map(signedMs)]),
    bars: measured
      .filter(({ tool }) => isPunctual(tool))
      .map(({ tool, windows }) => [
        `${tool.name}: within 20 ms`,
        errorsOf(tool, windows).every((error) => Math.abs(error) <= 20),
      ]),
    measured: [measured],
    about,
  })
}

export function closedTable(measured: Measured, about: About): string {
  const rows = measured.map(({ tool, windows }) => {
    const { of, told } = judged(windows)
    return {
      name: tool.name,
      perSecond: of(({ ratePerSecond }) => ratePerSecond),
      cpuUs: of(({ cpuUs }) => cpuUs),
      told,
    }
  })
  const row = (name: string) => rows.find((one) => one.name === name)
  const ours = row('msvc --engine msvc')
  const bars =
    ours === undefined
      ? []
      : [
          ...barOf(
            '≥ 1.5 × the rate of autocannon',
            row('autocannon'),
            (one) => ours.perSecond >= 1.5 * one.perSecond,
          ),
          ...barOf('less CPU than autocannon', row('autocannon'), (one) => ours.cpuUs < one.cpuUs),
          ...barOf('≤ 2 × the CPU of wrk', row('wrk'), (one) => ours.cpuUs <= 2 * one.cpuUs),
        ]
  return section({
    caption: `**As many as the server answers** over 50 connections, ${how(about)}.`,
    head: ['closed loop', 'requests per second', 'CPU per request', 'windows'],
    rows: rows.map(({ name, perSecond, cpuUs, told }) => [
      name,
      count(Math.round(perSecond)),
      `${cpuUs.toFixed(1)} µs`,
      told,
    ]),
    bars,
    measured: [measured],
    about,
  })
}

const barOf = <Row>(what: string, row: Row | undefined, isMet: (row: Row) => boolean): Bar[] =>
  row === undefined ? [] : [[what, isMet(row)]]

/** The timer of `eco` is good to a millisecond, and says so. */
const isPunctual = ({ name }: Rival): boolean => name.startsWith('msvc') && name !== 'msvc eco'

const said = ({ latenciesMs }: Rival, window: Window): Latencies => latenciesMs!(window.said)

const isQuiet = ({ runQueueWait }: Window): boolean => runQueueWait <= noisyAbove

/** The quiet windows of a tool; all of them, and told so, where there is none. */
function judged(windows: Window[]): { of(value: (window: Window) => number): number; told: string } {
  const quiet = windows.filter(isQuiet)
  const used = quiet.length > 0 ? quiet : windows
  return {
    of: (value) => median(used.map(value)),
    told: quiet.length > 0 ? `${quiet.length}` : `${windows.length}, all noisy`,
  }
}

const how = ({ seconds, rounds, isPinned }: About): string =>
  `${seconds} s each, medians of ${rounds} interleaved rounds${isPinned ? ', server and tool each on a core of their own' : ''}`

function section(parts: {
  caption: string
  head: string[]
  rows: string[][]
  bars: Bar[]
  measured: Measured[]
  about: About
}): string {
  const { caption, head, rows, bars, measured, about } = parts
  const table = [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`)
  const windows = measured.flat().flatMap((one) => one.windows)
  const noisy = windows.filter((window) => !isQuiet(window)).length
  const noise = `Discarded as noisy (the server waited for a core more than ${percent(noisyAbove, 0)} of the time): ${noisy} of ${windows.length} windows, ${percent(noisy / windows.length, 0)}.`
  const commands = measured[0]!.map(({ tool }) => typed(tool, about.url))
  return [
    `${caption} ${noise}`,
    '',
    ...table,
    '',
    `Bars: ${bars.map(([what, isMet]) => `${what}: ${isMet ? 'met' : '**missed**'}`).join('; ')}.`,
    '',
    '```text',
    ...commands,
    '```',
  ].join('\n')
}

const percent = (share: number, digits: number): string => `${(share * 100).toFixed(digits)} %`
const count = (value: number): string => value.toLocaleString('en-US')
const signedMs = (ms: number): string => `${ms > 0 ? '+' : ''}${ms.toFixed(Math.abs(ms) < 10 ? 2 : 0)} ms`
