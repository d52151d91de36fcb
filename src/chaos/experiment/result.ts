// What was judged and seen → the parts of an experiment's result.

import type { ExperimentExpectation, ExperimentFault, Verdict } from '../../system/experiment-result.ts'
import type { Experiment } from './experiment.ts'
import type { Judged } from './judgement.ts'
import { faultOf, type Known } from './moments.ts'
import type { Observed } from './observed.ts'

export function expectationsIn(judged: readonly Judged[], verdict: Verdict): ExperimentExpectation[] {
  const hadNoBaseline = judged.some(({ concerns, state }) => concerns === 'baseline' && state !== 'met')
  return judged.map(({ name, state, observed, concerns }) => {
    const isMet = state === 'met'
    // Without it nothing was broken, so that nothing else could be met.
    const isUnjudged = !isMet && verdict === 'NO-BASELINE' && hadNoBaseline && concerns !== 'baseline'
    return { name, met: isMet, observed, ...(isUnjudged && { judged: false }) }
  })
}

/** In the order of the method. */
export const faultsIn = ({ method }: Experiment, observed: Observed, known: Known): ExperimentFault[] =>
  method.map(({ kind, target }, index) => {
    const fault = faultOf(observed, known, index)
    return {
      id: known.faultIds[index] ?? null,
      kind,
      target,
      bit: fault?.bitAt != null,
      startedAt: fault?.appliedAt ?? null,
      healedAt: fault?.healedAt ?? null,
    }
  })
