// What was judged and seen → the parts of an experiment's result.

import type { ExperimentFault, ExperimentResult } from '../../system/experiment-result.ts'
import type { Experiment } from './experiment.ts'
import type { Judged } from './judgement.ts'
import { faultOf, type Known } from './moments.ts'
import type { Observed } from './observed.ts'

export const expectationsIn = (judged: readonly Judged[]): ExperimentResult['expectations'] =>
  judged.map(({ name, state, observed }) => ({ name, met: state === 'met', observed }))

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
