// What could not be sent: data → text.

import chalk from 'chalk'
import { printable } from './printable.ts'
import { table } from './table.ts'

export interface DeadLetter {
  id: string
  kind: string
  channel: string
  orderId: string
  attempts: number
  reason: string | null
}

export function deadLettersView(service: string, letters: readonly DeadLetter[]): string {
  if (letters.length === 0) return `${service} has no dead letters.`
  const rows = letters.map(({ id, kind, channel, orderId, attempts, reason }) => [
    id,
    kind,
    channel,
    printable(orderId),
    `${attempts}×`,
    // In the words of the mail server.
    printable(reason ?? ''),
  ])
  const head = ['LETTER', 'KIND', 'CHANNEL', 'ORDER', 'TRIED', 'LAST REASON']
  return [
    ...table([head.map((cell) => chalk.dim(cell)), ...rows]),
    '',
    `Try them again with ${chalk.cyan('msvc dlq replay')}, one with ${chalk.cyan('msvc dlq replay --id <letter>')}.`,
  ].join('\n')
}

export function replayedView(service: string, replayed: number): string {
  if (replayed === 0) return `Nothing to replay: ${service} has no such dead letters.`
  const what = replayed === 1 ? '1 dead letter' : `${replayed} dead letters`
  return `${service} tries ${what} again. See what became of them with ${chalk.cyan('msvc dlq list')}.`
}
