// A closed-model run: data → text. A line per second for logs, a frame for a terminal, a summary at the end.

import chalk from 'chalk'
import { formatDuration } from '../../system/duration.ts'
import type { SaturationProgress, SaturationReport } from '../../system/load-report.ts'
import { failureLines } from './failures.ts'
import { hanging } from './fit.ts'
import { bar, count, ms, percent, statusesText } from './load.ts'
import { table } from './table.ts'

/** One whole second, as a line of a log. */
export const saturationLine = ({ perSecond, failures }: SaturationProgress, second: number): string =>
  [
    `${String(second).padStart(4)}s`,
    `${count(perSecond[second] ?? 0)} answers`,
    ...(failures === 0 ? [] : [chalk.red(`${count(failures)} failures so far`)]),
  ].join('  ')

export interface LiveSaturationFrame {
  target: string
  connections: number
  durationMs: number
  progress: SaturationProgress
  columns: number
}

/** A frame that is drawn over the last one. */
export function saturationFrame(frame: LiveSaturationFrame): string {
  const { target, connections, durationMs, progress, columns } = frame
  const { elapsedMs, answers, failures, perSecond, serviceMs } = progress
  const share = Math.min(1, elapsedMs / durationMs)
  const width = Math.max(10, Math.min(60, columns - 24))
  const last = perSecond.at(-1)
  const perSecondText = last === undefined ? '' : `, ${count(last)} in second ${perSecond.length - 1}`
  return [
    `${chalk.bold(target)}  ${chalk.dim(`${connections} connections for ${formatDuration(durationMs)}`)}`,
    `${bar(share, width)} ${percent(share)}  ${chalk.dim(formatDuration(Math.floor(elapsedMs / 1000) * 1000))}`,
    `answers   ${count(answers)}${perSecondText}`,
    `failures  ${failures === 0 ? '0' : chalk.red(count(failures))}`,
    ...(serviceMs === null ? [] : [`service   p50 ${ms(serviceMs.p50)}  p99 ${ms(serviceMs.p99)}`]),
  ].join('\n')
}

/** The report of a closed-model run, with what it cannot say. */
export function saturationView(report: SaturationReport): string {
  const { connections, durationMs, serviceMs, isInterrupted, elapsedMs, limit } = report
  return [
    `${chalk.bold(report.target)}  ${chalk.dim(`closed model by ${report.engine}, ${connections} connections for ${formatDuration(durationMs)}`)}`,
    '',
    ...table([
      ['throughput', `${count(report.throughput)} answers per second`],
      ['answers', `${count(report.answers)}  ${statusesText(report.statuses)}`],
      ['failures', failuresText(report)],
      [
        'service',
        `p50 ${ms(serviceMs.p50)}  p90 ${ms(serviceMs.p90)}  p99 ${ms(serviceMs.p99)}  max ${ms(serviceMs.max)}`,
      ],
    ]),
    ...failureLines(report.failures),
    ...(limit == null ? [] : ['', ...hanging('Limit:   ', limit).map((line) => chalk.yellow(line))]),
    ...(isInterrupted
      ? [
          '',
          chalk.yellow(
            `Interrupted after ${(elapsedMs / 1000).toFixed(1)} s of ${formatDuration(durationMs)}.`,
          ),
        ]
      : []),
    '',
    chalk.yellow('Not measured:'),
    ...report.notMeasured.flatMap((line) => hanging('  - ', line)),
  ].join('\n')
}

/** Which they were, where the engine knows. */
function failuresText({ outcomes, errors, timeouts }: SaturationReport): string {
  if (outcomes === undefined) return `${count(errors)} errors, of which ${count(timeouts)} timeouts`
  const { ok: _ok, ...failed } = outcomes
  const texts = Object.entries(failed).map(([outcome, times]) => `${outcome} ${count(times)}`)
  return texts.length === 0 ? 'none' : chalk.red(texts.join('  '))
}
