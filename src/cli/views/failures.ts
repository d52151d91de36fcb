// Why arrivals failed, where their outcome leaves that open: the most frequent reasons of each outcome, a line each.

import type { FailureReason, Outcome } from '../../events.ts'
import { hanging } from './fit.ts'

const toldOfEach = 3
const title = 'why       '

/** None when there is nothing to tell. */
export function failureLines(failures: readonly FailureReason[] = []): string[] {
  const outcomes = [...new Set(failures.map(({ outcome }) => outcome))]
  return outcomes
    .flatMap((outcome) => textsOf(outcome, failures))
    .flatMap((text, index) => hanging(index === 0 ? title : ' '.repeat(title.length), text))
}

function textsOf(outcome: Outcome, failures: readonly FailureReason[]): string[] {
  const own = failures.filter((failure) => failure.outcome === outcome)
  const rest = own.slice(toldOfEach)
  const arrivals = rest.reduce((sum, failure) => sum + failure.arrivals, 0)
  const more = rest.length === 1 ? rest[0]!.reason : `${rest.length} more reasons`
  return [
    ...own.slice(0, toldOfEach).map((failure) => textOf(outcome, failure.arrivals, failure.reason)),
    ...(rest.length === 0 ? [] : [textOf(outcome, arrivals, more)]),
  ]
}

const textOf = (outcome: Outcome, arrivals: number, reason: string): string =>
  `${outcome} ${arrivals.toLocaleString('en-US')}: ${reason}`
