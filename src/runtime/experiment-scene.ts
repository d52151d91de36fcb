// An experiment under way: what has been seen, what that makes of each expectation, and why it is to end.
//
//   agent's events ──┐
//   seconds of load ─┼─▶ observed ─▶ judge ─▶ news: expectation.met | missed
//   probes' answers ─┘            └▶ halt conditions ─▶ end

import { systemClock } from '../adapters/clock.ts'
import type { Experiment } from '../chaos/experiment/experiment.ts'
import { haltNow } from '../chaos/experiment/halting.ts'
import { judge } from '../chaos/experiment/judge.ts'
import { probeNow } from '../chaos/experiment/judge-probes.ts'
import type { Judged } from '../chaos/experiment/judgement.ts'
import type { Known } from '../chaos/experiment/moments.ts'
import { nothingYet, observe, type Observed } from '../chaos/experiment/observed.ts'
import type { EventDraft, SystemEvent } from '../events.ts'
import { quantileReader } from './quantile.ts'
import type { RunRecorder } from './runs.ts'

/** Why it ended before its load did. */
export type EarlyEnd =
  | { kind: 'no-baseline' }
  | { kind: 'halted'; name: string; observed: string }
  | { kind: 'broken'; name: string; observed: string }

/** What a person sees while it goes on. */
export interface ExperimentWatch {
  note(text: string): void
  started(at: number): void
  /** Of the agent and of the run, as they come. */
  event(event: SystemEvent): void
  judged(judged: Judged): void
}

export interface ExperimentScene {
  readonly experiment: Experiment
  /** Aborts when it is to end early, or was interrupted. */
  readonly ending: AbortSignal
  earlyEnd(): EarlyEnd | undefined
  end(why: EarlyEnd): void
  loadStarted(at: number): void
  /** An event of the agent. */
  hear(event: SystemEvent): void
  /** An event of the run itself, which is recorded. */
  tell(event: EventDraft): void
  named(index: number, id: string): void
  refused(index: number, reason: string): void
  /** From now on it is we who end the faults. */
  rollingBack(): void
  faultIds(): readonly (string | undefined)[]
  observed(): Observed
  known(isOver: boolean): Known
  judged(isOver: boolean): Judged[]
}

/** An event reaches us later than it happened; what is older than this has come. */
const newsMs = 2000

export function openScene(parts: {
  experiment: Experiment
  run: RunRecorder
  watch: ExperimentWatch
  signal: AbortSignal
}): ExperimentScene {
  const { experiment, run, watch } = parts
  const early = new AbortController()
  const ending = AbortSignal.any([parts.signal, early.signal])
  const quantileMs = quantileReader()
  const told = new Map<string, Judged['state']>()
  const probes = new Map<string, boolean>()
  const state = {
    observed: nothingYet,
    startedAt: Number.POSITIVE_INFINITY,
    ids: experiment.method.map((): string | undefined => undefined),
    refusals: experiment.method.map((): string | undefined => undefined),
    isFaulty: false,
    isRollingBack: false,
  }

  const known = (isOver: boolean): Known => ({
    loadStartedAt: state.startedAt,
    faultIds: state.ids,
    refusals: state.refusals,
    knownUntil: systemClock.now() - newsMs,
    isOver,
    quantileMs,
  })
  const judged = (isOver: boolean): Judged[] => judge(experiment, state.observed, known(isOver))

  const end = (why: EarlyEnd): void => {
    if (!ending.aborted) early.abort(why)
  }
  const earlyEnd = (): EarlyEnd | undefined =>
    early.signal.aborted ? (early.signal.reason as EarlyEnd) : undefined

  const take = (event: SystemEvent): void => {
    state.observed = observe(state.observed, event)
    watch.event(event)
  }
  const record = (draft: EventDraft): void => {
    run.append(draft)
    take({ v: 1, seq: 0, ...draft } as SystemEvent)
  }
  const subject = `run:${run.id}`

  /** Says what has been decided since the last time. */
  const review = (isOver = false): Judged[] => {
    const all = judged(isOver)
    for (const one of all) {
      const { name, expected, observed } = one
      if (one.state === 'pending' || told.get(name) === one.state) continue
      // Nothing was broken, so that nothing else could be met: no news.
      if (one.concerns !== 'baseline' && earlyEnd()?.kind === 'no-baseline') continue
      told.set(name, one.state)
      const type = one.state === 'met' ? 'expectation.met' : 'expectation.missed'
      run.append({ at: systemClock.now(), source: 'load', type, subject, data: { name, expected, observed } })
      watch.judged(one)
    }
    return all
  }

  const lookAtProbes = (at: number): void => {
    for (const probe of experiment.probes) {
      if (probe.kind !== 'load') continue
      const now = probeNow(experiment, probe, state.observed, known(false))
      if (now === undefined || probes.get(probe.name) === now.isOk) continue
      probes.set(probe.name, now.isOk)
      const data = { name: probe.name, ok: now.isOk, observed: now.text }
      record({ at, source: 'load', type: 'probe.result', subject, data })
    }
  }
  const haltIfDue = (): void => {
    const halt = haltNow(experiment.halt, state.observed, quantileMs)
    if (halt !== undefined && state.isFaulty) {
      end({ kind: 'halted', name: `halt: ${halt.condition.name}`, observed: halt.observed })
    }
  }

  /** Without its fault, there is nothing left to be seen. */
  const endIfHealedByOthers = (event: SystemEvent): void => {
    if (event.type !== 'fault.healed' || state.isRollingBack) return
    const { by, kind, target } = event.data
    const isOurs = state.ids.includes(event.subject.replace(/^fault:/, ''))
    if (!isOurs || (by !== 'halt' && by !== 'command')) return
    end({ kind: 'halted', name: 'halt: by hand', observed: `somebody ended ${kind} ${target}` })
  }

  return {
    experiment,
    ending,
    earlyEnd,
    end,
    loadStarted(at) {
      state.startedAt = at
      watch.started(at)
    },
    hear(event) {
      take(event)
      if (event.type === 'fault.applied') state.isFaulty = true
      endIfHealedByOthers(event)
      if (event.type.startsWith('fault.') || event.type === 'breaker.transition') review()
    },
    tell(draft) {
      // A second of load is in the record already.
      if (draft.type === 'load.interval') take({ v: 1, seq: 0, ...draft } as SystemEvent)
      else record(draft)
      if (draft.type !== 'load.interval') return
      lookAtProbes(draft.at)
      haltIfDue()
      review()
    },
    named: (index, id) => void (state.ids[index] = id),
    refused: (index, reason) => void (state.refusals[index] = reason),
    rollingBack: () => void (state.isRollingBack = true),
    faultIds: () => state.ids,
    observed: () => state.observed,
    known,
    judged: (isOver) => (isOver ? review(true) : judged(false)),
  }
}
