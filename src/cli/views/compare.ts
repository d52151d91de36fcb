// A comparison of two runs: data → text.

import chalk from 'chalk'
import type { ComparisonVerdict, LoadComparison } from '../../system/load-comparison.ts'
import { ms } from './load.ts'
import { table } from './table.ts'

export function compareView(comparison: LoadComparison): string {
  const { baseline, candidate, metrics, failures, tolerance, blockSeconds, verdict, notes } = comparison
  const dim = (cells: string[]): string[] => cells.map((cell) => chalk.dim(cell))
  return [
    ...table([
      ['baseline', baseline.id, chalk.dim(`${baseline.seconds} s at ${baseline.ratePerSecond} rps`)],
      ['candidate', candidate.id, chalk.dim(`${candidate.seconds} s at ${candidate.ratePerSecond} rps`)],
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
      `Block bootstrap, ${blockSeconds} s together; a change below ${share(tolerance)} does not count. Detectable: found four times out of five.`,
    ),
    ...notes.map((note) => chalk.yellow(`Note: ${note}.`)),
    `Verdict: ${coloured(verdict)}${verdict === 'inconclusive' ? chalk.dim('  run both longer, in turns, or on a quieter machine') : ''}`,
  ].join('\n')
}

function coloured(verdict: ComparisonVerdict): string {
  if (verdict === 'worse') return chalk.red(verdict)
  return verdict === 'inconclusive' ? chalk.yellow(verdict) : chalk.green(verdict)
}

const percent = (change: number): string => `${change >= 0 ? '+' : '−'}${Math.abs(change * 100).toFixed(1)} %`

const share = (value: number): string => `${Number((value * 100).toPrecision(3))} %`

/** Percentage points. */
const points = (value: number): string => `${value >= 0 ? '+' : '−'}${Math.abs(value * 100).toFixed(2)}`
