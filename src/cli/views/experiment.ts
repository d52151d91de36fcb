// An experiment: what it plans, what happens while it goes on, what it found. Data → text.

import chalk from 'chalk'
import type { LoadInterval, OutcomeCounts } from '../../events.ts'
import { isMissed, isUnjudged, type ExperimentResult, type Verdict } from '../../system/experiment-result.ts'

/** @param lines what it would do, in order; a line without a title goes on with the one above */
export function experimentPlanView(
  { name, seed }: { name: string; seed: number },
  lines: readonly { title: string; text: string }[],
): string {
  const rows = lines.map(({ title, text }) => `  ${chalk.dim(title.padEnd(9))} ${text}`)
  return [`${chalk.bold(name)}  ${chalk.dim(`seed ${seed}`)}`, ...rows].join('\n')
}

/** One expectation that has just been decided. @param atMs since the first arrival */
export function judgedLine(
  { name, state, observed }: { name: string; state: string; observed: string },
  atMs: number,
): string {
  const mark = state === 'met' ? chalk.green('✔') : chalk.red('✘')
  return `${seconds(atMs)} ${mark} ${name}  ${chalk.dim(observed)}`
}

/** A second of load. */
export function experimentSecondLine({ second, outcomes, responseMs: { p99 } }: LoadInterval): string {
  const all = total(outcomes)
  // Never rounded up to 100.
  const ok =
    all === 0 ? 'nothing due' : `${(Math.floor((1000 * (outcomes.ok ?? 0)) / all) / 10).toFixed(1)} % ok`
  return chalk.dim(
    `${seconds((second + 1) * 1000)}   ${all} requests   ${ok}   p99 ${p99 === null ? '–' : `${p99.toFixed(1)} ms`}`,
  )
}

/** An event of the system. */
export const experimentNewsLine = (text: string, atMs: number): string => `${seconds(atMs)}   ${text}`

export function experimentView(
  { verdict, cleanup, expectations, runId }: ExperimentResult,
  report: string,
): string {
  const missed = expectations.filter(isMissed)
  const unjudged = expectations.filter(isUnjudged).length
  return [
    '',
    `${verdictText(verdict)}  ${expectations.filter(({ met }) => met).length} of ${expectations.length} expectations met${unjudged === 0 ? '' : `, ${unjudged} not judged`}`,
    ...missed.map(({ name, observed }) => `  ${chalk.red('✘')} ${name}  ${chalk.dim(observed)}`),
    cleanup === 'CLEAN'
      ? '  everything was put back'
      : chalk.red('  a fault could not be healed: see `msvc chaos status`, then `msvc chaos heal`'),
    `  run     ${runId}`,
    `  report  ${report}`,
  ].join('\n')
}

function verdictText(verdict: Verdict): string {
  if (verdict === 'PASS') return chalk.green.bold(verdict)
  return verdict === 'NO-BASELINE' || verdict === 'HALTED'
    ? chalk.yellow.bold(verdict)
    : chalk.red.bold(verdict)
}

const seconds = (atMs: number): string => chalk.dim(`${(atMs / 1000).toFixed(1).padStart(6)} s`)
const total = (counts: OutcomeCounts): number => Object.values(counts).reduce((sum, count) => sum + count, 0)
