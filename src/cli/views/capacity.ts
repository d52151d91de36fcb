// A capacity search: data → text. The curve of each probe, the result, and whether the target recovered.

import chalk from 'chalk'
import type { CapacityProbe, CapacityProgress, CapacityReport } from '../../system/capacity-report.ts'
import { formatDuration } from '../../system/duration.ts'
import { ms } from './load.ts'
import { table } from './table.ts'

/** One line, for the eyes while it goes on. */
export function capacityProgressLine(target: string, progress: CapacityProgress): string {
  const { phase, ratePerSecond, seconds, met, missed, elapsedMs } = progress
  const bracket = `${met === null ? '?' : rate(met)} … ${missed === null ? '?' : rate(missed)}`
  const elapsed = formatDuration(Math.floor(elapsedMs / 1000) * 1000)
  return `${elapsed.padStart(5)}  ${phase.padEnd(8)}  ${rate(ratePerSecond)} rps, second ${seconds}  ${chalk.dim(`limit within ${bracket} rps  ${target}`)}`
}

export function capacityView(report: CapacityReport & { report: string | null }): string {
  const { target, slo, tookMs, probes, recovery, reasons } = report
  const dim = (cells: string[]): string[] => cells.map((cell) => chalk.dim(cell))
  const most = Math.max(1, ...probes.map(({ okPerSecond }) => okPerSecond))
  return [
    `${chalk.bold(target)}  ${chalk.dim(`within ${slo}, searched for ${formatDuration(Math.round(tookMs / 1000) * 1000)}`)}`,
    '',
    ...table([
      dim(['OFFERED', 'ok/s', 'p50', 'p99', 'failed', '', 'PROBE', '']),
      ...probes
        .toSorted((a, b) => a.ratePerSecond - b.ratePerSecond)
        .map((probe) => [...figures(probe), bar(probe, most), chalk.dim(probe.phase), decided(probe)]),
    ]),
    '',
    ...(recovery === null ? [] : [recoveryLine(recovery)]),
    ...reasons.map((reason) => chalk.yellow(`Note:     ${reason}.`)),
    `Capacity: ${conclusion(report)}`,
    ...(report.report === null ? [] : [`Report:   ${report.report}`]),
  ].join('\n')
}

const figures = ({ ratePerSecond, okPerSecond, p50Ms, p99Ms, failed }: CapacityProbe): string[] => [
  rate(ratePerSecond),
  rate(Math.round(okPerSecond)),
  ms(p50Ms),
  ms(p99Ms),
  `${Number((failed * 100).toPrecision(2))} %`,
]

const bar = ({ okPerSecond, decision }: CapacityProbe, most: number): string => {
  const text = '█'.repeat(Math.max(1, Math.round((20 * okPerSecond) / most))).padEnd(20)
  return decision === 'meets' ? chalk.green(text) : chalk.red(text)
}

const decided = ({ decision }: CapacityProbe): string =>
  decision === 'meets' ? chalk.green('✔ meets') : chalk.red('✘ misses')

function recoveryLine({
  overloadPerSecond,
  ratePerSecond,
  afterMs,
  withinMs,
}: NonNullable<CapacityReport['recovery']>): string {
  const from = `from ${rate(overloadPerSecond)} rps, at ${rate(ratePerSecond)} rps`
  return afterMs === null
    ? `Recovery: ${chalk.red(`not within ${formatDuration(withinMs)} ${from}: once overloaded, it stays so`)}`
    : `Recovery: ${chalk.green(afterMs === 0 ? 'at once' : `within ${formatDuration(afterMs)}`)} ${from}`
}

function conclusion({ verdict, ratePerSecond, between, missedAt }: CapacityReport): string {
  const found = ratePerSecond === null ? '' : `${rate(ratePerSecond)} rps`
  const within = between === null ? '' : ` (${rate(between.low)} to ${rate(between.high)}, nine times of ten)`
  switch (verdict) {
    case 'found':
      return chalk.green(`${found}${within}, held for the soak at nine tenths of it`)
    case 'not-reached':
      return chalk.green(`at least ${found}: the highest rate allowed was met`)
    case 'never-met':
      return chalk.red(`below ${rate(missedAt ?? 0)} rps, the lowest rate tried`)
    case 'unconfirmed':
      return chalk.yellow(`about ${found}${within}, but the soak did not confirm it`)
    case 'inconclusive':
      return chalk.yellow(found === '' ? 'inconclusive' : `inconclusive; about ${found}${within} so far`)
    case 'generator-limited':
      return chalk.yellow(
        found === '' ? 'unknown: msvc was the limit' : `at least ${found}: msvc was the limit`,
      )
    case 'interrupted':
      return chalk.yellow(found === '' ? 'interrupted' : `interrupted; at least ${found} so far`)
  }
}

const rate = (value: number): string => value.toLocaleString('en-US', { maximumFractionDigits: 1 })
