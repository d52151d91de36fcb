// The system's own invariants at the end of an experiment, as `msvc verify` checks them: what was promised to
// the load, against what the services recorded.

import type { Acknowledged } from '../system/load-report.ts'
import { verifySystem } from './verify.ts'

export interface InvariantFound {
  name: string
  expected: string
  isMet: boolean
  observed: string
}

/** How they are checked is handed to an experiment. */
export type CheckInvariants = (options: {
  root: string
  /** What the load was promised. */
  acknowledged: readonly Acknowledged[]
  /** How long what is under way may take. */
  settleMs: number
  signal: AbortSignal
}) => Promise<InvariantFound[]>

/** One for each that could be looked at; none at all is a miss. */
export const invariantsHold: CheckInvariants = async ({ root, acknowledged, settleMs, signal }) => {
  const { invariants } = await verifySystem({ root, acknowledged, withinMs: settleMs, signal })
  const checked = invariants.filter(({ state }) => state !== 'not-checked')
  if (checked.length === 0) {
    return [found('invariants', false, 'no service keeps records that could be looked at')]
  }
  return checked.map(({ name, state, checked: all, broken, examples, notChecked }) => {
    const text = broken === 0 ? `${all} looked at` : `${broken} of ${all} not: ${examples[0] ?? ''}`
    const unseen = notChecked.map(({ what, count }) => `; ${count} ${what} not checked`).join('')
    return found(`invariant: ${name}`, state === 'held', `${text}${unseen}`)
  })
}

const found = (name: string, isMet: boolean, observed: string): InvariantFound => ({
  name,
  expected: 'true of all that was recorded',
  isMet,
  observed,
})
