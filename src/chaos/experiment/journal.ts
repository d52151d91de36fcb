// An experiment and what it found → the journal of Chaos Toolkit, for its reports and whatever reads it.
//
// Its hypothesis has one tolerance per probe, for a process its exit code; ours may be within limits, so what
// it found is told as whether it was met. Faults become actions of the method; what they had to show, probes after them.

import { findFault, type FaultDeclaration } from '../../system/fault-declaration.ts'
import type { ExperimentResult } from '../../system/experiment-result.ts'
import type { Experiment, PlannedFault, Probe } from './experiment.ts'
import { faultArguments } from './fault-arguments.ts'
import type { Judged } from './judgement.ts'

/** https://chaostoolkit.org/reference/api/journal */
export interface Journal {
  'chaoslib-version': string
  platform: string
  node: string
  experiment: Record<string, unknown>
  start: string
  end: string
  duration: number
  status: 'completed' | 'failed' | 'aborted' | 'interrupted'
  deviated: boolean
  steady_states: { before: SteadyState | null; after: SteadyState | null; during: SteadyState[] }
  run: JournalEntry[]
  rollbacks: JournalEntry[]
}

interface SteadyState {
  steady_state_met: boolean
  probes: JournalEntry[]
}

interface JournalEntry {
  activity: Activity
  output: unknown
  status: 'succeeded' | 'failed'
  start: string
  end: string
  duration: number
  tolerance_met?: boolean
}

interface Activity {
  type: 'probe' | 'action'
  name: string
  provider: { type: 'process'; path: string; arguments: string[] }
  tolerance?: unknown
}

export interface JournalParts {
  experiment: Experiment
  kinds: readonly FaultDeclaration[]
  judged: readonly Judged[]
  result: ExperimentResult
  isInterrupted: boolean
  /** Epoch ms. */
  times: { startedAt: number; endedAt: number }
  /** Epoch ms → ISO. */
  iso: (epochMs: number) => string
  machine: { platform: string; node: string }
}

/** The version of Chaos Toolkit's library whose format this is. */
const formatVersion = '1.44.0'
const doneExitCode = 0

export function journalOf({
  experiment,
  kinds,
  judged,
  result,
  isInterrupted,
  times,
  machine,
  iso,
}: JournalParts): Journal {
  const { startedAt, endedAt } = times
  const between = { start: iso(startedAt), end: iso(endedAt) }
  return {
    'chaoslib-version': formatVersion,
    ...machine,
    experiment: declarationOf(experiment, kinds),
    ...between,
    duration: (endedAt - startedAt) / 1000,
    status: statusOf(result, isInterrupted),
    deviated: result.verdict === 'DEVIATED',
    steady_states: {
      before: steadyState(experiment.probes, judged, ' before', between),
      after:
        result.verdict === 'NO-BASELINE' ? null : steadyState(experiment.probes, judged, ' again', between),
      during: [],
    },
    run: runOf({ experiment, kinds, judged, result, iso }, between),
    rollbacks: experiment.method.flatMap((fault, index): JournalEntry[] => {
      // What was never set, as without a steady state before, has nothing to be put back.
      if (result.faults[index]?.startedAt == null) return []
      const status = result.cleanup === 'CLEAN' ? 'succeeded' : 'failed'
      return [{ activity: healing(fault), output: result.cleanup, status, ...between, duration: 0 }]
    }),
  }
}

function statusOf({ verdict }: ExperimentResult, isInterrupted: boolean): Journal['status'] {
  if (isInterrupted) return 'interrupted'
  switch (verdict) {
    case 'PASS':
    case 'RESIDUAL':
      return 'completed'
    case 'HALTED':
      return 'aborted'
    // As Chaos Toolkit has it: a steady state that is not met fails the experiment.
    case 'DEVIATED':
    case 'NO-BASELINE':
    case 'ERROR':
      return 'failed'
  }
}

type Between = Pick<JournalEntry, 'start' | 'end'>

function steadyState(
  probes: readonly Probe[],
  judged: readonly Judged[],
  suffix: string,
  between: Between,
): SteadyState {
  const entries = probes.map(({ name }): JournalEntry => {
    const found = judged.find((one) => one.name === `${name}${suffix}`)
    return {
      activity: { ...probing(name), tolerance: doneExitCode },
      output: found?.observed ?? null,
      status: 'succeeded',
      ...between,
      duration: 0,
      tolerance_met: found?.state === 'met',
    }
  })
  return { steady_state_met: entries.every((entry) => entry.tolerance_met === true), probes: entries }
}

function runOf(
  {
    experiment,
    kinds,
    judged,
    result,
    iso,
  }: Pick<JournalParts, 'experiment' | 'kinds' | 'judged' | 'result' | 'iso'>,
  between: Between,
): JournalEntry[] {
  return experiment.method.flatMap((fault, index): JournalEntry[] => {
    const seen = result.faults[index]
    if (seen === undefined || seen.startedAt === null) return []
    const end = seen.healedAt ?? seen.startedAt
    const own = judged.filter(({ name }) => name.endsWith(` ${fault.name}`))
    return [
      {
        activity: breaking(fault, kinds),
        output: judged.find(({ name }) => name === `${fault.name} bites`)?.observed ?? null,
        status: seen.bit ? 'succeeded' : 'failed',
        start: iso(seen.startedAt),
        end: iso(end),
        duration: (end - seen.startedAt) / 1000,
      },
      ...own.map(({ name, observed, state }): JournalEntry => ({
        activity: { ...probing(name), tolerance: doneExitCode },
        output: observed,
        status: 'succeeded',
        ...between,
        duration: 0,
        tolerance_met: state === 'met',
      })),
    ]
  })
}

/** The experiment as Chaos Toolkit would declare it; ours itself stands in `configuration`. */
function declarationOf(experiment: Experiment, kinds: readonly FaultDeclaration[]): Record<string, unknown> {
  const { name, probes, method } = experiment
  return {
    title: name,
    description: `An experiment of msvc: ${method.map((fault) => fault.name).join(', ')}`,
    configuration: { msvc: experiment },
    'steady-state-hypothesis': {
      title: probes.map((probe) => probe.name).join(', '),
      probes: probes.map((probe) => ({ ...probing(probe.name), tolerance: doneExitCode })),
    },
    method: method.map((fault) => breaking(fault, kinds)),
    rollbacks: method.map(healing),
  }
}

const program = (...args: string[]): Activity['provider'] => ({
  type: 'process',
  path: 'msvc',
  arguments: args,
})

const probing = (name: string): Activity => ({ type: 'probe', name, provider: program('status', '--json') })

const breaking = (fault: PlannedFault, kinds: readonly FaultDeclaration[]): Activity => ({
  type: 'action',
  name: fault.name,
  provider: program(...faultArguments(findFault(kinds, fault.kind), fault)),
})

const healing = ({ name }: PlannedFault): Activity => ({
  type: 'action',
  name: `heal ${name}`,
  provider: program('chaos', 'heal'),
})
