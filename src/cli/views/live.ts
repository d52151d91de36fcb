// A system that is watched, as one frame that fits the terminal: what is wrong in a word, the topology, the
// faults with their countdowns, what recovers when, and what happened last.

import chalk from 'chalk'
import type { SystemEvent } from '../../events.ts'
import type { LiveFault, LiveSystem, Recovery } from '../../system/live-system.ts'
import { endsIn } from './chaos.ts'
import { fit } from './fit.ts'
import { isWell, treeLines } from './live-tree.ts'
import { inSeconds, inTenths } from './live-time.ts'
import { eventText } from './load-news.ts'
import { table } from './table.ts'

export interface LiveFrame {
  live: LiveSystem
  /** Newest last. */
  news: readonly SystemEvent[]
  /** Epoch ms. */
  now: number
  columns: number
  rows: number
  /** Said below the name, such as how much load there is. */
  note?: string
}

const mostNews = 6
const fewestTreeLines = 4

export function liveView({ live, news, now, columns, rows, note }: LiveFrame): string {
  const { faults, recoveries } = live
  const head = [`${chalk.bold(live.system)}  ${summary(live)}`, ...(note === undefined ? [] : [note])]
  const halted = live.halted
    ? [chalk.yellow('Faults are halted; allow them again with `msvc chaos halt --lift`.')]
    : []
  const share = Math.max(2, Math.floor(rows / 4))
  const ofFaults = titled('FAULT', table(faults.map((fault) => faultCells(fault, now, columns))), share)
  const recoveryLines = table(recoveries.map((recovery) => recoveryCells(recovery, now)))
  const ofRecoveries = titled('RECOVERS', recoveryLines, share)
  const taken = head.length + halted.length + 1 + ofFaults.length + ofRecoveries.length
  const most = Math.max(fewestTreeLines, rows - 1 - taken)
  const tree = treeLines(live.rows, faults, { now, columns, most })
  const left = rows - 1 - taken - tree.length
  const ofNews = left < 3 ? [] : titled('LATELY', newsLines(news, now, Math.min(mostNews, left - 2)))
  return fit([...head, ...halted, '', ...tree, ...ofFaults, ...ofRecoveries, ...ofNews], { columns, rows })
}

/** Nothing to tell has no title either. */
function titled(title: string, lines: readonly string[], most = Infinity): string[] {
  if (lines.length === 0) return []
  const shown = lines.length <= most ? lines : lines.slice(0, most - 1)
  const more = lines.length - shown.length
  return ['', chalk.dim(title), ...shown, ...(more > 0 ? [chalk.dim(`… and ${more} more`)] : [])]
}

function summary({ rows, faults }: LiveSystem): string {
  const down = rows.filter(({ isAgain, state }) => !isAgain && state !== 'ready').length
  const notClosed = rows.filter(({ edge }) => (edge?.breaker?.state ?? 'closed') !== 'closed').length
  if (rows.every(isWell) && faults.length === 0) return chalk.green('✔ all well')
  return [
    ...(faults.length > 0 ? [chalk.magenta(counted(faults.length, 'fault'))] : []),
    ...(down > 0 ? [chalk.red(`${counted(down, 'service')} not ready`)] : []),
    ...(notClosed > 0 ? [chalk.yellow(`${counted(notClosed, 'breaker')} not closed`)] : []),
  ].join(', ')
}

const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`

function faultCells(fault: LiveFault, now: number, columns: number): string[] {
  const { kind, target, detail } = fault
  return [
    `${chalk.magenta(kind)} ${arrow(target)}`,
    untilItsEnd(fault, now),
    ...(columns < 80 ? [] : [bar(fault, now)]),
    chalk.dim(oneLine(detail ?? '')),
  ]
}

function untilItsEnd({ kind, state, expiresAt }: LiveFault, now: number): string {
  switch (state) {
    case 'applying':
      return 'is being set'
    case 'active':
      return endsIn(kind, expiresAt - now)
    case 'healing':
      return 'is being healed'
    case 'healed':
      return chalk.green('healed')
    case 'failed':
      return chalk.red('could not be healed')
  }
}

const barWidth = 10

/** How much of its lease is left. */
function bar({ requestedAt, expiresAt }: LiveFault, now: number): string {
  const share = (expiresAt - now) / Math.max(1, expiresAt - requestedAt)
  const full = Math.ceil(barWidth * Math.min(1, Math.max(0, share)))
  return chalk.magenta('█'.repeat(full)) + chalk.dim('░'.repeat(barWidth - full))
}

function recoveryCells({ what, subject, at, despite }: Recovery, now: number): string[] {
  const when = at === null ? 'then' : at > now ? `in ${inTenths(at - now)}` : 'now'
  const inVain = what.startsWith('breaker') ? 'while' : 'not while'
  const whileText = despite === null ? '' : chalk.dim(`${inVain} ${arrow(despite)}`)
  return [when, `${arrow(subject)} ${recoveryTexts[what]}`, whileText]
}

const recoveryTexts: Record<Recovery['what'], string> = {
  'breaker-tries': 'lets trial calls through',
  'breaker-closes': 'closes when trial calls succeed',
  'breaker-is-automatic': 'was set by hand, then decides again',
  'service-starts': 'is started again',
  'service-is-ready': 'is back when /readyz answers',
  'service-stays-down': 'crashed too often: msvc restart starts it',
}

function newsLines(events: readonly SystemEvent[], now: number, most: number): string[] {
  const told = events.flatMap((event) => {
    const text = eventText(event)
    return text === undefined
      ? []
      : [[chalk.dim(`${inSeconds(now - event.at)} ago`.padStart(8)), oneLine(text)]]
  })
  return table(told.slice(-most))
}

/** `order:payment` in the middle of a text. */
const arrow = (text: string): string => text.replace(':', ' → ')

/** A service that we did not write may give any text as a reason. */
const oneLine = (text: string): string => text.replaceAll(/[\r\n\t]+/g, ' ')
