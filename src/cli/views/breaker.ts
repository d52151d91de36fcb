// Breakers: data → text.

import chalk from 'chalk'
import type { BreakerSnapshot, BreakerTransition, EdgeBreaker } from '../../system/agent-api.ts'
import { formatDuration } from '../../system/duration.ts'
import { roughly } from './status.ts'
import { table } from './table.ts'

const shownTransitions = 20

/** All edges. @param now epoch ms */
export function breakersView(breakers: EdgeBreaker[], now: number): string {
  if (breakers.length === 0) return 'No service here calls another, so there is no breaker.'
  return table([
    ['EDGE', 'BREAKER', 'FOR', 'WINDOW', 'WHY'].map((title) => chalk.dim(title)),
    ...breakers.map((each) => row(each, now)),
  ]).join('\n')
}

/** One edge with its history, newest first. @param formatTime epoch ms → time of day */
export function breakerView(each: EdgeBreaker, now: number, formatTime: (at: number) => string): string {
  const { edge, breaker } = each
  if (breaker === null)
    return `${arrow(each)} has no breaker: ${callerOf(edge)} publishes none, or does not run.`
  const { transitions } = breaker
  const shown = transitions.slice(-shownTransitions).toReversed()
  const more = transitions.length - shown.length
  return [
    `${chalk.bold(arrow(each))} ${coloured(breaker.state)} ${chalk.dim(`for ${roughly(now - breaker.since)}`)}`,
    `${windowText(breaker)}${remainingText(breaker)}`,
    '',
    ...(shown.length === 0
      ? [chalk.dim('It has not changed since its service started.')]
      : table(shown.map((transition) => historyRow(transition, formatTime)))),
    ...(more > 0 ? [chalk.dim(`and ${more} before; all of them with --json`)] : []),
  ].join('\n')
}

/** After one was set by hand; without a time it was set to automatic. */
export function breakerSetView(each: EdgeBreaker, ttlMs?: number): string {
  const { edge, breaker } = each
  if (ttlMs === undefined) {
    return `${arrow(each)} decides by itself${breaker === null ? '' : `; it is ${coloured(breaker.state)}`}.`
  }
  const what = breaker?.state === 'forced_open' ? 'refuses every call' : 'lets every call through'
  return [
    `${arrow(each)} ${chalk.magenta(what)} for ${formatDuration(ttlMs)}; then it decides by itself again.`,
    `End it early with ${chalk.cyan(`msvc breaker auto ${edge}`)}.`,
  ].join('\n')
}

function row(each: EdgeBreaker, now: number): string[] {
  const { breaker } = each
  if (breaker === null) return [arrow(each), chalk.dim('none')]
  return [
    arrow(each),
    coloured(breaker.state),
    roughly(now - breaker.since),
    `${windowText(breaker)}${remainingText(breaker)}`,
    chalk.dim(breaker.transitions.at(-1)?.reason ?? ''),
  ]
}

const historyRow = ({ at, from, to, reason }: BreakerTransition, formatTime: (at: number) => string) => [
  chalk.dim(formatTime(at)),
  `${spoken(from)} → ${coloured(to)}`,
  chalk.dim(reason),
]

const windowText = ({ calls, failureRate, slowRate }: BreakerSnapshot): string =>
  calls === 0 ? 'no calls' : `${calls} calls, ${percent(failureRate)} failed, ${percent(slowRate)} slow`

const remainingText = ({ openRemainingMs }: BreakerSnapshot): string =>
  openRemainingMs > 0 ? `; tries again in ${(openRemainingMs / 1000).toFixed(1)} s` : ''

const percent = (share: number): string => `${Math.round(share * 100)} %`

const arrow = ({ edge, kind }: EdgeBreaker): string => edge.replace(':', kind === 'call' ? ' → ' : ' ⇢ ')

const callerOf = (edge: string): string => edge.split(':')[0] ?? ''

const spoken = (state: BreakerSnapshot['state']): string => state.replace('_', '-')

const coloured = (state: BreakerSnapshot['state']): string =>
  state === 'closed'
    ? chalk.green(spoken(state))
    : state === 'open'
      ? chalk.red(spoken(state))
      : chalk.yellow(spoken(state))
