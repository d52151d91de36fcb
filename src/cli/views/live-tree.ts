// The topology of a live system as lines: the tree, how each service is, the breaker of the edge that leads
// to it, and the faults that are on either. Every state is a sign and a word, so that no colour is needed.
//
//   gateway               ● ready
//   └─ order              ● ready  ─●─ closed
//      ├─ payment         ○ held   ─╳─ open 2.3 s   ! kill 21 s
//      └┄ notification    ● ready  ─●─ closed
//
// Only signs that are one column wide: half-width everywhere, so that lines stay where they are.

import chalk from 'chalk'
import type { ServiceState } from '../../system/agent-api.ts'
import type { LiveBreaker, LiveEdge, LiveFault, LiveRow } from '../../system/live-system.ts'
import { clip } from './fit.ts'
import { inTenths, inSeconds } from './live-time.ts'
import { table } from './table.ts'

export interface TreeLayout {
  /** Epoch ms. */
  now: number
  columns: number
  /** Lines that it may take. */
  most: number
}

/** Rows that are well are left out first, from the last on, and named in one line. */
export function treeLines(
  rows: readonly LiveRow[],
  faults: readonly LiveFault[],
  { now, columns, most }: TreeLayout,
): string[] {
  const shown = rows.length <= most ? rows : withoutSomeWell(rows, most - 1).slice(0, Math.max(1, most - 1))
  const lines = table(
    shown.map((row, index) => [
      clip(`${rail(shown, index)}${nameOf(row, columns)}`, Math.floor(columns * 0.42)),
      row.isAgain ? chalk.dim('see above') : serviceText(row.state),
      row.edge === null ? '' : edgeText(row.edge, now),
      faultText(row, faults, now),
    ]),
  )
  const hidden = rows.filter((row) => !shown.includes(row))
  if (hidden.length === 0) return lines
  const areWell = hidden.every(isWell)
  const names = hidden.map(({ edge, service }) => edge?.name ?? service).join(', ')
  return [...lines, chalk.dim(`… and ${hidden.length} more${areWell ? ', all well' : ''}: ${names}`)]
}

export const isWell = ({ state, edge, faults }: LiveRow): boolean =>
  state === 'ready' && faults.length === 0 && (edge?.breaker?.state ?? 'closed') === 'closed'

/** Whoever stands above a row that is not well stays, so that the tree stays one. */
function withoutSomeWell(rows: readonly LiveRow[], most: number): LiveRow[] {
  const kept = new Set(rows.flatMap((row, index) => (isWell(row) ? [] : [row, ...above(rows, index)])))
  const free = rows.filter((row) => !kept.has(row)).slice(0, Math.max(0, most - kept.size))
  return rows.filter((row) => kept.has(row) || free.includes(row))
}

function above(rows: readonly LiveRow[], index: number): LiveRow[] {
  const found: LiveRow[] = []
  for (const row of rows.slice(0, index).toReversed()) {
    const depth = (found.at(-1) ?? rows[index]!).depth
    if (row.depth < depth && !row.isAgain) found.push(row)
  }
  return found
}

/** What is drawn before the name: at each level, whether more of it follows below. */
function rail(rows: readonly LiveRow[], index: number): string {
  const { depth, edge } = rows[index]!
  const goesOn = (level: number): boolean => {
    const next = rows.slice(index + 1).find((row) => row.depth <= level)
    return next?.depth === level
  }
  const levels = Array.from({ length: depth }, (_, level) => level + 1)
  const pieces = levels.map((level) => {
    if (level < depth) return goesOn(level) ? '│  ' : '   '
    const line = edge?.kind === 'follow' ? '┄' : '─'
    return `${goesOn(level) ? '├' : '└'}${line} `
  })
  return chalk.dim(pieces.join(''))
}

/** Where it is narrow, the dots of its rail alone tell who follows. */
function nameOf({ service, isAgain, edge }: LiveRow, columns: number): string {
  const name = isAgain ? chalk.dim(service) : chalk.bold(service)
  return edge?.kind === 'follow' && columns >= 80 ? `${name}${chalk.dim(' follows')}` : name
}

const serviceSigns: Record<ServiceState, [sign: string, colour: (text: string) => string]> = {
  ready: ['●', chalk.green],
  starting: ['◐', chalk.yellow],
  unready: ['◐', chalk.yellow],
  stopping: ['◐', chalk.yellow],
  'backing-off': ['◐', chalk.yellow],
  stopped: ['○', chalk.dim],
  held: ['○', chalk.magenta],
  'crash-looped': ['✖', chalk.red],
}

function serviceText(state: ServiceState): string {
  const [sign, colour] = serviceSigns[state]
  return colour(`${sign} ${state}`)
}

const breakerSigns: Record<LiveBreaker['state'], [sign: string, colour: (text: string) => string]> = {
  closed: ['─●─', chalk.green],
  open: ['─╳─', chalk.red],
  half_open: ['─◐─', chalk.yellow],
  forced_open: ['─╳─', chalk.red],
  disabled: ['─○─', chalk.yellow],
}

function edgeText({ breaker, isCallerDown }: LiveEdge, now: number): string {
  if (breaker === null) return chalk.dim(isCallerDown ? '─?─ caller is down' : '─── no breaker')
  const { state, triesAt } = breaker
  const [sign, colour] = breakerSigns[state]
  const left = triesAt === null ? '' : ` ${inTenths(triesAt - now)}`
  return colour(`${sign} ${state.replace('_', '-')}${left}`)
}

function faultText({ faults: ids }: LiveRow, faults: readonly LiveFault[], now: number): string {
  const texts = faults
    .filter(({ id }) => ids.includes(id))
    .map(
      ({ kind, state, expiresAt }) => `${kind} ${state === 'healing' ? 'ends' : inSeconds(expiresAt - now)}`,
    )
  return texts.length === 0 ? '' : chalk.magenta(`! ${texts.join(', ')}`)
}
