// What must hold, and whether it does: data → text.

import chalk from 'chalk'
import { printable } from './printable.ts'
import { table } from './table.ts'

export interface InvariantView {
  name: string
  state: 'held' | 'broken' | 'not-checked'
  checked: number
  broken: number
  examples: readonly string[]
  notChecked: readonly { what: string; count: number }[]
}

export interface VerificationView {
  verdict: 'PASS' | 'FAIL'
  run: string | null
  acknowledged: number
  waitedMs: number
  invariants: readonly InvariantView[]
}

export function verifyView(verification: VerificationView): string {
  const { verdict, run, acknowledged, waitedMs, invariants } = verification
  const rows = invariants.map((result) => [marks[result.state], result.name, chalk.dim(figures(result))])
  const examples = invariants.flatMap(({ name, examples: found }) =>
    found.map((text) => `  ${chalk.dim(`${name}:`)} ${printable(text)}`),
  )
  const of =
    run === null
      ? 'No load run with acknowledged orders is recorded; what the services recorded was judged.'
      : `${number(acknowledged)} orders acknowledged to the run ${run} were looked for.`
  const waited = waitedMs < 1000 ? '' : ` Waited ${(waitedMs / 1000).toFixed(1)} s for what was under way.`
  return [
    ...table(rows),
    '',
    ...(examples.length === 0 ? [] : [...examples, '']),
    `${verdict === 'PASS' ? chalk.green('PASS') : chalk.red('FAIL')}  ${of}${waited}`,
  ].join('\n')
}

const marks: Record<InvariantView['state'], string> = {
  held: chalk.green('held'),
  broken: chalk.red('broken'),
  'not-checked': chalk.yellow('not checked'),
}

function figures({ state, checked, broken, notChecked }: InvariantView): string {
  const unseen = notChecked.map(({ what, count }) => `${number(count)} ${what}`).join(', ')
  if (state === 'not-checked') return unseen || 'nothing to look at'
  const looked = state === 'held' ? number(checked) : `${number(broken)} of ${number(checked)}`
  return unseen === '' ? looked : `${looked}; not checked: ${unseen}`
}

export interface AuditView {
  service: string
  events: number
  head: { pos: number; hash: string }
  anchors: number
  tornAnchors: number
  broken: { pos: number; reason: string } | null
}

export function auditView({ service, events, head, anchors, tornAnchors, broken }: AuditView): string {
  const torn =
    tornAnchors === 0
      ? ''
      : `\n      ${number(tornAnchors)} torn ${tornAnchors === 1 ? 'line' : 'lines'} among the anchors, as a crash or a full disk leaves them, passed over.`
  if (broken !== null) {
    return `${chalk.red('FAIL')}  The audit chain of ${service} breaks at event ${broken.pos}: ${broken.reason}.${torn}`
  }
  const anchored =
    anchors === 0
      ? 'no anchor (a cut end or a log written anew would not show)'
      : `${number(anchors)} ${anchors === 1 ? 'anchor agrees' : 'anchors agree'}`
  return `${chalk.green('PASS')}  The audit chain of ${service} is whole: ${number(events)} events, ${anchored}, head ${head.hash.slice(0, 16)}…${torn}`
}

const number = (value: number): string => value.toLocaleString('en-US')
