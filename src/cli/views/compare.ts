// A comparison of runs: data → text.

import chalk from 'chalk'
import type { ComparedRun, ComparisonVerdict, LoadComparison } from '../../system/load-comparison.ts'
import { ms } from './load.ts'
import { table } from './table.ts'

export function compareView(comparison: LoadComparison): string {
  const { baseline, candidate, metrics, failures, tolerance, blockSeconds, verdict, notes } = comparison
  const dim = (cells: string[]): string[] => cells.map((cell) => chalk.dim(cell))
  return [
    ...table([
      ...baseline.map((run, index) => aboutRun(index === 0 ? 'baseline' : '', run)),
      ...candidate.map((run, index) => aboutRun(index === 0 ? 'candidate' : '', run)),
    ]),
    '',
    ...table([
      dim(['RESPONSE', 'baseline', 'candidate', 'change', '95 % interval', 'detectable', '']),
      ...metrics.map(({ name, baselineMs, candidateMs, change, low, high, detectable, verdict: own }) => [
        name,
        ms(baselineMs),
        ms(candidateMs),
        percent(change),
        `${percent(low)} … ${percent(high)}`,
        chalk.dim(`±${(detectable * 100).toFixed(1)} %`),
        coloured(own),
      ]),
      [
        'failed',
        share(failures.baseline),
        share(failures.candidate),
        points(failures.difference),
        `${points(failures.low)} … ${points(failures.high)}`,
        '',
        coloured(failures.verdict),
      ],
    ]),
    '',
    chalk.dim(
      `${noiseOf(blockSeconds)}; a change below ${share(tolerance)} does not count. Detectable: found four times out of five.`,
    ),
    ...notes.map((note) => chalk.yellow(`Note: ${note}.`)),
    `Verdict: ${coloured(verdict)}`,
    ...(verdict === 'inconclusive' ? whatWouldTell(comparison).map((line) => chalk.dim(line)) : []),
  ].join('\n')
}

const noiseOf = (blockSeconds: number | null): string =>
  blockSeconds === null ? 'Noise as from run to run' : `Block bootstrap, ${blockSeconds} s together`

const aboutRun = (side: string, { id, seconds, ratePerSecond }: ComparedRun): string[] => [
  side,
  id,
  chalk.dim(`${seconds} s at ${ratePerSecond} rps`),
]

/** More than that nobody records. */
const mostRuns = 100

/** What to record, by what these runs have shown of their own noise. */
function whatWouldTell({ baseline, candidate, metrics, tolerance }: LoadComparison): string[] {
  const recorded = Math.max(baseline.length, candidate.length)
  const seconds = Math.max(...[...baseline, ...candidate].map((run) => run.seconds))
  const goal = share(2 * tolerance)
  return metrics
    .filter(({ verdict }) => verdict === 'inconclusive')
    .map(({ name, runsNeeded, detectable }) => {
      if (runsNeeded > mostRuns)
        return `  ${name}: these runs would show ±${(detectable * 100).toFixed(0)} %; a change of ${goal} takes a quieter machine`
      if (runsNeeded > recorded)
        return `  ${name}: ${runsNeeded} runs of ${seconds} s a side, recorded in turns, would tell a change of ${goal}`
      return `  ${name}: a change of ${goal} would have shown; to tell less, record more, in turns`
    })
}

function coloured(verdict: ComparisonVerdict): string {
  if (verdict === 'worse') return chalk.red(verdict)
  return verdict === 'inconclusive' ? chalk.yellow(verdict) : chalk.green(verdict)
}

const percent = (change: number): string => `${change >= 0 ? '+' : '−'}${Math.abs(change * 100).toFixed(1)} %`

const share = (value: number): string => `${Number((value * 100).toPrecision(3))} %`

/** Percentage points. */
const points = (value: number): string => `${value >= 0 ? '+' : '−'}${Math.abs(value * 100).toFixed(2)}`
