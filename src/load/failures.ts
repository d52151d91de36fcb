// Why arrivals failed, where their outcome leaves that open: counted by what is said of it.
//
// A target can fail in any number of ways (a status line of random bytes), so only so many are told apart; the
// rest count as one.

import type { FailureReason, Outcome } from '../events.ts'

export interface FailureCounts {
  add(outcome: Outcome, reason: string, arrivals: number): void
  /** The most frequent first; those that were not told apart come last. */
  list(): FailureReason[]
}

/** Of one outcome. */
const mostReasons = 20
const longestReason = 200
const others = 'other reasons'
/** What a target says is shown in terminals. */
const controls = /\p{Cc}/gu

export function createFailureCounts(): FailureCounts {
  const counts = new Map<Outcome, Map<string, number>>()
  const ofOutcome = (outcome: Outcome): Map<string, number> => {
    const known = counts.get(outcome)
    if (known !== undefined) return known
    const none = new Map<string, number>()
    counts.set(outcome, none)
    return none
  }
  return {
    add(outcome, reason, arrivals) {
      const own = ofOutcome(outcome)
      const plain = reason.replaceAll(controls, '?')
      const short = plain.length > longestReason ? `${plain.slice(0, longestReason)}…` : plain
      const distinct = own.size - (own.has(others) ? 1 : 0)
      const told = own.has(short) || distinct < mostReasons ? short : others
      own.set(told, (own.get(told) ?? 0) + arrivals)
    },
    list: () =>
      [...counts]
        .flatMap(([outcome, own]) =>
          [...own].map(([reason, arrivals]): FailureReason => ({ outcome, reason, arrivals })),
        )
        .toSorted(
          (a, b) => Number(a.reason === others) - Number(b.reason === others) || b.arrivals - a.arrivals,
        ),
  }
}

/** Of several seconds, or workers. */
export function addFailures(parts: readonly (readonly FailureReason[])[]): FailureReason[] {
  const sum = createFailureCounts()
  for (const { outcome, reason, arrivals } of parts.flat()) sum.add(outcome, reason, arrivals)
  return sum.list()
}
