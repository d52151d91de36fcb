// The system's own invariants at the end of an experiment, as `msvc verify` checks them: what was promised to
// the load, against what the services recorded.

import { systemClock } from '../adapters/clock.ts'
import type { Judged } from '../chaos/experiment/judgement.ts'
import { UserError } from '../errors.ts'
import type { Acknowledged } from '../system/load-report.ts'
import type { ExperimentScene, ExperimentWatch } from './experiment-scene.ts'
import type { RunRecorder } from './runs.ts'
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
  /** How long to wait while nothing of what is under way settles. */
  settleMs: number
  signal: AbortSignal
}) => Promise<InvariantFound[]>

/** One for each that could be looked at; none at all is a miss. */
export const invariantsHold: CheckInvariants = async ({ root, acknowledged, settleMs, signal }) => {
  const anchorFolder = process.env['ANCHOR_DIR'] || undefined
  const { invariants } = await verifySystem({ root, acknowledged, anchorFolder, withinMs: settleMs, signal })
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

const defaultSettleMs = 15_000

/** None when they are not asked for, or the experiment has ended early. */
export async function invariantsAtEnd(
  { experiment, ending }: ExperimentScene,
  parts: {
    root: string
    acknowledged: readonly Acknowledged[]
    signal: AbortSignal
    watch: ExperimentWatch
    checkInvariants?: CheckInvariants
    settleMs?: number
  },
): Promise<Judged[]> {
  const { root, acknowledged, signal, watch } = parts
  if (!experiment.checksInvariants || ending.aborted) return []
  watch.note('checking the invariants')
  const { checkInvariants = invariantsHold, settleMs = defaultSettleMs } = parts
  try {
    return (await checkInvariants({ root, acknowledged, settleMs, signal })).map(asJudged)
  } catch (error) {
    if (!signal.aborted && !(error instanceof UserError)) throw error
    const expected = 'they can be checked'
    return [asJudged({ name: 'invariants', expected, isMet: false, observed: String(error) })]
  }
}

const asJudged = ({ name, expected, isMet, observed }: InvariantFound): Judged => ({
  name,
  expected,
  state: isMet ? 'met' : 'missed',
  observed,
  concerns: 'hypothesis',
})

/** To the record of the run and to who watches, as the scene tells the other expectations. */
export function tellInvariants(run: RunRecorder, judged: readonly Judged[], watch: ExperimentWatch): void {
  for (const one of judged) {
    const { name, expected, observed, state } = one
    run.append({
      at: systemClock.now(),
      source: 'load',
      type: state === 'met' ? 'expectation.met' : 'expectation.missed',
      subject: `run:${run.id}`,
      data: { name, expected, observed },
    })
    watch.judged(one)
  }
}
