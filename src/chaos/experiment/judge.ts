// The experiment and what was seen → each expectation: met, missed, or not decided yet. Pure: the same
// events, the same answer; called again with each event while it runs, and once when all is over.

import { formatDuration } from '../../system/duration.ts'
import type { Experiment, FaultExpectation, PlannedFault } from './experiment.ts'
import { judgeBreakerDuring, judgeBreakersClosed, judgeBreakerWithin } from './judge-breakers.ts'
import { judgeBaseline, judgeProbeDuring, judgeProbeWithin, judgeRecovery } from './judge-probes.ts'
import { met, missed, pending, stateWord as word, type Judged, type Judgement } from './judgement.ts'
import { faultOf, type Known } from './moments.ts'
import type { Observed } from './observed.ts'

/** In the order in which they are due. */
export function judge(experiment: Experiment, observed: Observed, known: Known): Judged[] {
  const { probes, method, recover } = experiment
  const within = formatDuration(recover.withinMs)
  return [
    ...probes.map((probe): Judged => ({
      name: `${probe.name} before`,
      expected: 'the steady state holds before the first fault',
      concerns: 'baseline',
      ...judgeBaseline(experiment, probe, observed, known),
    })),
    ...method.flatMap((fault, index) => judgeFault(experiment, { fault, index }, observed, known)),
    ...probes.map((probe): Judged => ({
      name: `${probe.name} again`,
      expected: `the steady state holds again within ${within} of the heal, and stays`,
      concerns: 'recovery',
      ...judgeRecovery(experiment, probe, observed, known),
    })),
    ...(recover.breakersClose
      ? [
          {
            name: 'breakers closed again',
            expected: `every breaker is closed within ${within} of the heal`,
            concerns: 'recovery' as const,
            ...judgeBreakersClosed(recover.withinMs, observed, known),
          },
        ]
      : []),
  ]
}

function judgeFault(
  experiment: Experiment,
  { fault, index }: { fault: PlannedFault; index: number },
  observed: Observed,
  known: Known,
): Judged[] {
  return [
    {
      name: `${fault.name} bites`,
      expected: 'the fault is seen to touch something',
      concerns: 'experiment',
      ...judgeBite(index, observed, known),
    },
    ...fault.expect.map((expectation): Judged => ({
      name: nameOf(expectation, fault),
      expected: expectedOf(expectation),
      concerns: 'hypothesis',
      ...judgeExpectation(expectation, { experiment, index }, observed, known),
    })),
  ]
}

function judgeBite(index: number, observed: Observed, known: Known): Judgement {
  const fault = faultOf(observed, known, index)
  if (fault?.bitAt != null && !fault.isLost) return met(fault.evidence ?? '')
  const failure = known.refusals?.[index] ?? fault?.failure
  if (failure != null) return missed(failure)
  return known.isOver ? missed('it was not set') : pending('not set yet')
}

function judgeExpectation(
  expectation: FaultExpectation,
  { experiment, index }: { experiment: Experiment; index: number },
  observed: Observed,
  known: Known,
): Judgement {
  const fault = faultOf(observed, known, index)
  if (fault === undefined || fault.appliedAt === null) {
    return known.isOver ? missed('the fault was not there') : pending('the fault is not there yet')
  }
  switch (expectation.kind) {
    case 'breaker-within':
      return judgeBreakerWithin(expectation, fault, observed, known)
    case 'breaker-during':
      return judgeBreakerDuring(expectation, fault, observed, known)
    case 'probe-during':
      return judgeProbeDuring(experiment, expectation.probe, { fault, observed, known })
    case 'probe-within':
      return judgeProbeWithin(experiment, expectation, { fault, observed, known })
  }
}

export function nameOf(expectation: FaultExpectation, { name }: PlannedFault): string {
  switch (expectation.kind) {
    case 'breaker-within':
      return `${expectation.edge} ${word(expectation.state)} within ${formatDuration(expectation.withinMs)} of ${name}`
    case 'breaker-during':
      return `${expectation.edge} ${word(expectation.state)} during ${name}`
    case 'probe-during':
      return `${expectation.probe} during ${name}`
    case 'probe-within':
      return `${expectation.probe} within ${formatDuration(expectation.withinMs)} of ${name}`
  }
}

export function expectedOf(expectation: FaultExpectation): string {
  switch (expectation.kind) {
    case 'breaker-within':
      return `the breaker is ${word(expectation.state)} within ${formatDuration(expectation.withinMs)}`
    case 'breaker-during':
      return `the breaker stays ${word(expectation.state)} while the fault lasts`
    case 'probe-during':
      return 'the steady state holds while the fault lasts'
    case 'probe-within':
      return `the steady state holds again within ${formatDuration(expectation.withinMs)}, with the fault still there`
  }
}
