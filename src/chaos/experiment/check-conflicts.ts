// Faults of an experiment that are there at the same time and need the same thing: the agent would refuse the
// second one, with the first one set already.

import { formatDuration } from '../../system/duration.ts'
import type { Experiment, PlannedFault } from './experiment.ts'
import type { Reading } from './read-experiment.ts'

/** Throws at the place of the later one. */
export function checkConflicts({ method }: Experiment, reading: Reading): void {
  const claimsOf = ({ kind, target }: PlannedFault): string[] =>
    reading.kinds.find((one) => one.kind === kind)?.claims(target) ?? []
  for (const [index, fault] of method.entries()) {
    for (const [nr, other] of method.entries()) {
      const isThere = fault.atMs >= other.atMs && fault.atMs < other.atMs + other.forMs
      const isFirst = fault.atMs === other.atMs && index <= nr
      if (!isThere || isFirst) continue
      const over = claimsOf(fault).find((claim) => claimsOf(other).includes(claim))
      if (over === undefined) continue
      const from = formatDuration(other.atMs)
      const to = formatDuration(other.atMs + other.forMs)
      throw reading.mistake(
        ['method', index],
        `${fault.name} comes at ${formatDuration(fault.atMs)}, while ${other.name} is there from ${from} to ${to}, and both need the ${over}.`,
      )
    }
  }
}
