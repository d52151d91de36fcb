// The demo as a person reads it: steps as they end, a line a second under load, the end.

import chalk from 'chalk'
import type { LoadInterval, OrderCounts, OutcomeCounts } from '../../events.ts'

interface Step {
  name: string
  ok: boolean
  atMs: number
  observed: string
}

interface Result {
  verdict: 'PASS' | 'FAIL'
  steps: Step[]
  breaker: { openedAfterMs: number | null; closedAfterMs: number | null }
  orders: OrderCounts | null
  report: string | null
  system: string | null
}

/** `  12.3 s  ✔ the breaker opens        order:payment open 412 ms after the kill` */
export function demoStepView({ name, ok, atMs, observed }: Step): string {
  const mark = ok ? chalk.green('✔') : chalk.red('✘')
  return `${seconds(atMs)}  ${mark} ${chalk.bold(name.padEnd(40))} ${ok ? chalk.dim(observed) : chalk.red(observed)}`
}

/** One second of load, with the orders apart, because they are what must go on. */
export function demoIntervalView(interval: LoadInterval, orderRequest: string): string {
  const orders = interval.requests[orderRequest] ?? {}
  const p99 = interval.responseMs.p99
  return chalk.dim(
    [
      `             load ${String(interval.second + 1).padStart(2)} s`,
      `${total(interval.outcomes)} requests`,
      share(interval.outcomes),
      `orders accepted ${orders.ok ?? 0} of ${total(orders)}`,
      `p99 ${p99 === null ? '–' : `${p99.toFixed(p99 < 10 ? 1 : 0)} ms`}`,
    ].join('   '),
  )
}

/** @param tryIt lines that work as typed */
export function demoView(
  { verdict, steps, breaker, orders, report, system }: Result,
  tryIt: readonly string[],
): string {
  const lines = ['', verdict === 'PASS' ? chalk.green.bold('PASS') : chalk.red.bold('FAIL')]
  // The step itself was told long ago, and seconds of load stand below it.
  for (const { name, observed } of steps.filter(({ ok }) => !ok)) {
    lines.push(`  ${chalk.red('✘')} ${name}: ${chalk.red(observed)}`)
  }
  if (breaker.openedAfterMs !== null) {
    const closed =
      breaker.closedAfterMs === null ? '' : `, closed ${ms(breaker.closedAfterMs)} after payment was ready`
    lines.push(`  breaker   open ${ms(breaker.openedAfterMs)} after the kill${closed}`)
  }
  if (orders !== null) {
    const { acknowledged, paidOnce, lost, paidTwice } = orders
    lines.push(
      `  orders    ${acknowledged} acknowledged, ${paidOnce} paid once, ${lost} lost, ${paidTwice} paid twice`,
    )
  }
  if (report !== null) lines.push(`  report    ${report}`)
  if (system !== null) lines.push(`  system    ${system}`)
  const typed = tryIt.map((line) => `  ${chalk.cyan(line)}`)
  return [...lines, '', chalk.bold('Try it yourself'), ...typed].join('\n')
}

const seconds = (atMs: number): string => chalk.dim(`${(atMs / 1000).toFixed(1).padStart(6)} s`)
const ms = (value: number): string => `${Math.round(value)} ms`
const total = (counts: OutcomeCounts): number => Object.values(counts).reduce((sum, count) => sum + count, 0)

function share(counts: OutcomeCounts): string {
  const all = total(counts)
  return all === 0 ? 'nothing due' : `${(((counts.ok ?? 0) / all) * 100).toFixed(1)} % ok`
}
