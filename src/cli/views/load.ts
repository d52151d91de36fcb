// A load run: data → text. One line per second for logs, a frame for a terminal, a summary at the end.

import chalk from 'chalk'
import type { LoadInterval, OutcomeCounts, Outcome, Percentiles } from '../../events.ts'
import { formatDuration } from '../../system/duration.ts'
import type { LoadProgress, LoadReport } from '../../system/load-report.ts'
import { observedText } from '../../system/observed-text.ts'
import { failureLines } from './failures.ts'
import { hanging } from './fit.ts'
import { table, widthOf } from './table.ts'

/** One second, as a line of a log. */
export function intervalLine({ second, scheduled, outcomes, responseMs }: LoadInterval): string {
  const failed = failures(outcomes)
  return [
    `${String(second).padStart(4)}s`,
    `${count(scheduled)} arrivals`,
    `ok ${count(outcomes.ok ?? 0)}`,
    ...failed.map(([outcome, times]) => chalk.red(`${outcome} ${count(times)}`)),
    chalk.dim(`p50 ${ms(responseMs.p50)}  p99 ${ms(responseMs.p99)}  max ${ms(responseMs.max)}`),
  ].join('  ')
}

/** A second in a frame; not all of it, as a long run has many. */
export type LiveSecond = Pick<LoadInterval, 'second' | 'responseMs'>

export interface LiveLoad {
  target: string
  schedule: { arrivals: number; ratePerSecond: number; durationMs: number }
  progress: LoadProgress | null
  /** The seconds told so far, in order. */
  intervals: readonly LiveSecond[]
  columns: number
}

/** A frame that is drawn over the last one. */
export function liveFrame({ target, schedule, progress, intervals, columns }: LiveLoad): string {
  const { elapsedMs = 0, due = 0, inFlight = 0, outcomes = {}, responseMs = nothing } = progress ?? {}
  const share = Math.min(1, due / schedule.arrivals)
  const width = Math.max(10, Math.min(60, columns - 24))
  // What is said must not be cut off at the end of its line: bar and sparkline are as short as that needs.
  const beside = (text: string): number => Math.max(0, Math.min(width, columns - 12 - widthOf(text)))
  const said = outcomesText(outcomes)
  const last = intervals.at(-1)
  const ofLast = last === undefined ? '' : `${ms(last.responseMs.p99)} in second ${last.second}`
  const recent = intervals.slice(-Math.max(1, beside(ofLast))).map((interval) => interval.responseMs.p99)
  const elapsed = formatDuration(Math.floor(elapsedMs / 1000) * 1000)
  return [
    `${chalk.bold(target)}  ${chalk.dim(`${count(schedule.ratePerSecond)} rps for ${formatDuration(schedule.durationMs)}`)}`,
    `${bar(share, width)} ${percent(share)}  ${chalk.dim(elapsed)}`,
    `arrivals  ${count(due)} of ${count(schedule.arrivals)}, ${count(inFlight)} in flight`,
    `outcomes  ${beside(said) < 4 ? '' : `${outcomeBar(outcomes, beside(said))}  `}${said}`,
    `response  ${percentilesWithin(columns - 10, responseMs)}`,
    `p99       ${last === undefined ? '–' : `${sparkline(recent)}  ${chalk.dim(ofLast)}`}`,
  ].join('\n')
}

/** As many of the percentiles as there is room for; the first and the last of them say the most. */
function percentilesWithin(columns: number, { p50, p90, p99, max }: Percentiles): string {
  const [half, most, nearlyAll, all] = [
    `p50 ${ms(p50)}`,
    `p90 ${ms(p90)}`,
    `p99 ${ms(p99)}`,
    `max ${ms(max)}`,
  ]
  const lines = [
    [half, most, nearlyAll, all],
    [half, nearlyAll, all],
    [half, nearlyAll],
  ].map((parts) => parts.join('  '))
  return lines.find((line) => line.length <= columns) ?? lines.at(-1)!
}

// Beside the numbers it would make lines that a terminal of 80 columns breaks.
const legend = [
  'response: from the intended start, failed arrivals included',
  'service: from the first byte written; wait: for a connection; lag: our own',
]

/** The report of an open-model run. */
export function loadView(report: LoadReport): string {
  const { schedule, outcomes, requests } = report
  const dim = (cells: string[]): string[] => cells.map((cell) => chalk.dim(cell))
  return [
    `${chalk.bold(report.target)}  ${chalk.dim(`open model, ${schedule.shape ?? `${count(schedule.ratePerSecond)} rps for ${formatDuration(schedule.durationMs)}`}`)}`,
    '',
    ...table([
      ['arrivals', `${count(schedule.arrivals)} scheduled, all accounted for`],
      [
        'rate',
        `${count(report.achievedRate)} of ${count(schedule.ratePerSecond)} per second were sent in that time`,
      ],
      ['outcomes', `${outcomeBar(outcomes, barBeside(outcomesText(outcomes)))}  ${outcomesText(outcomes)}`],
      ['statuses', statusesText(report.statuses)],
    ]),
    ...failureLines(report.failures),
    '',
    ...table([
      dim(['LATENCY', 'p50', 'p90', 'p99', 'p99.9', 'max']),
      latencyRow('response', report.responseMs),
      ...((outcomes.ok ?? 0) === schedule.arrivals || outcomes.ok === undefined
        ? []
        : [latencyRow('  ok only', report.okResponseMs)]),
      latencyRow('service', report.serviceMs),
      latencyRow('wait', report.waitMs),
      latencyRow('lag', report.lagMs),
    ]),
    ...dim(legend),
    ...(requests.length > 1 ? ['', ...table([dim(requestTitles), ...requests.map(requestRow)])] : []),
    ...thresholdLines(report),
    '',
    ...verdictLines(report),
  ].join('\n')
}

function thresholdLines({ thresholds, verdict, isInterrupted }: LoadReport): string[] {
  if (thresholds.length === 0) return []
  const rows = thresholds.map((threshold) => [
    threshold.ok ? chalk.green('✔') : chalk.red('✘'),
    threshold.expression,
    chalk.dim(`observed ${observedText(threshold)}`),
  ])
  const isTrusted = verdict === 'valid' && !isInterrupted
  const title = isTrusted ? 'THRESHOLDS' : 'THRESHOLDS (the run is not valid: it passes nothing)'
  return ['', chalk.dim(title), ...table(rows)]
}

const requestTitles = ['REQUEST', 'ARRIVALS', 'p50', 'p99', 'max', 'OUTCOMES']

function requestRow({ name, outcomes, responseMs }: LoadReport['requests'][number]): string[] {
  const arrivals = Object.values(outcomes).reduce((sum, times) => sum + times, 0)
  return [
    name,
    count(arrivals),
    ms(responseMs.p50),
    ms(responseMs.p99),
    ms(responseMs.max),
    outcomesText(outcomes),
  ]
}

const latencyRow = (name: string, { p50, p90, p99, p999, max }: Percentiles): string[] => [
  name,
  ...[p50, p90, p99, p999, max].map(ms),
]

function verdictLines({ verdict, reasons, limit, isInterrupted }: LoadReport): string[] {
  const judged = {
    valid: chalk.green('valid: the numbers are the target’s, not the generator’s'),
    noisy: chalk.yellow('noisy: something else on this machine disturbed the measurement'),
    'generator-limited': chalk.yellow('generator-limited: msvc could not keep the schedule'),
  }[verdict]
  const said = isInterrupted ? chalk.yellow('interrupted: what was measured until then is above') : judged
  return [
    ...(limit === null ? [] : [`Limit:   ${chalk.yellow(limit)}`]),
    `Verdict: ${said}`,
    ...reasons.flatMap((reason) => hanging('         ', reason)).map((line) => chalk.dim(line)),
  ]
}

/** Failed outcomes, the most frequent first. */
const failures = (outcomes: OutcomeCounts): [Outcome, number][] =>
  (Object.entries(outcomes) as [Outcome, number][])
    .filter(([outcome]) => outcome !== 'ok')
    .toSorted(([, a], [, b]) => b - a)

function outcomesText(outcomes: OutcomeCounts): string {
  const ok = outcomes.ok === undefined ? [] : [chalk.green(`ok ${count(outcomes.ok)}`)]
  return [
    ...ok,
    ...failures(outcomes).map(([outcome, times]) => chalk.red(`${outcome} ${count(times)}`)),
  ].join('  ')
}

export const statusesText = (statuses: Record<string, number>): string =>
  Object.entries(statuses)
    .map(([status, answers]) => `${status} × ${count(answers)}`)
    .join('  ') || chalk.dim('no answers')

/** Green for ok, red for the rest; what failed at all is never rounded away. */
function outcomeBar(outcomes: OutcomeCounts, width: number): string {
  const ok = outcomes.ok ?? 0
  const total = failures(outcomes).reduce((sum, [, times]) => sum + times, ok)
  if (total === 0) return chalk.dim('·'.repeat(width))
  const red = ok === total ? 0 : Math.min(width, Math.max(1, Math.round(((total - ok) / total) * width)))
  return chalk.green('█'.repeat(width - red)) + chalk.red('▒'.repeat(red))
}

/** As long as the line has room for; a terminal has 80 columns, and its title takes 10. */
const barBeside = (text: string): number => Math.max(8, Math.min(30, 68 - widthOf(text)))

export const bar = (share: number, width: number): string => {
  const full = Math.round(share * width)
  return '█'.repeat(full) + chalk.dim('░'.repeat(width - full))
}

const steps = '▁▂▃▄▅▆▇█'

/** One step per value, on a logarithmic scale from the smallest to the largest; a gap where there is none. */
export function sparkline(values: readonly (number | null)[]): string {
  const known = values.filter((value): value is number => value !== null && value > 0).map(Math.log)
  const low = Math.min(...known)
  const range = Math.max(...known) - low
  return values
    .map((value) => {
      if (value === null) return ' '
      const height = value <= 0 || range === 0 ? 0 : (Math.log(value) - low) / range
      return steps[Math.min(steps.length - 1, Math.floor(height * steps.length))]
    })
    .join('')
}

const nothing: Percentiles = { p50: null, p90: null, p99: null, p999: null, max: null }

/** Three significant digits: 0.162 ms, 16.2 ms, 1.62 s. */
export function ms(value: number | null): string {
  if (value === null) return '–'
  if (value >= 1000) return `${Number((value / 1000).toPrecision(3))} s`
  return `${Number(value.toPrecision(3))} ms`
}

export const count = (value: number): string => value.toLocaleString('en-US', { maximumFractionDigits: 1 })

export const percent = (share: number): string => `${Math.floor(share * 100)} %`
