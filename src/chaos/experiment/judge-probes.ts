// Expectations about probes: within their limits before, during and after the faults.
//
// A load probe is judged over windows that move on by a second; an http probe by its last answer. One bad
// window is enough to miss, and is told at once.

import type { Experiment, FaultExpectation, HttpProbe, LoadProbe, Probe } from './experiment.ts'
import { met, missed, pending, untold, type Judgement } from './judgement.ts'
import {
  baselineSeconds,
  lastHealedAt,
  noRecoveryText,
  secondsUnder,
  toldSeconds,
  type Known,
} from './moments.ts'
import type { Observed, ObservedFault, ProbeResult } from './observed.ts'
import { baselineText, isWithin, latenessMs, readMetric, secondsIn, type Seconds } from './reading-of-load.ts'

interface UnderFault {
  fault: ObservedFault
  observed: Observed
  known: Known
}

export function judgeBaseline(
  experiment: Experiment,
  probe: Probe,
  observed: Observed,
  known: Known,
): Judgement {
  if (probe.kind === 'http') {
    const last = lastBefore(observed, probe, known.loadStartedAt + baselineSeconds(experiment).to * 1000)
    if (last !== undefined) return last.isOk ? met(last.observed) : missed(last.observed)
    return known.isOver ? missed('it was not asked') : pending('not asked yet')
  }
  const window = baselineSeconds(experiment, probe.windowMs)
  if (toldSeconds(observed) < window.to && !known.isOver) return pending('not measured yet')
  const { isOk, text } = look(probe, window, { observed, known, baseline: null })
  return isOk ? met(text) : missed(text)
}

export function judgeProbeDuring(experiment: Experiment, name: string, under: UnderFault): Judgement {
  const probe = named(experiment, name)
  const { fault, observed, known } = under
  if (probe.kind === 'http') return judgeAnswersDuring(probe, under)
  const span = secondsUnder(fault, known)!
  const told = toldSeconds(observed)
  const isComplete = known.isOver || (span.to !== null && told >= span.to)
  const to = Math.min(span.to ?? told, told)
  const windows = windowsIn(probe, { from: span.from, to }, isComplete)
  const views = windows.map((window) => look(probe, window, withBaseline(experiment, probe, observed, known)))
  const seen = ({ text, window }: View): string => `${text}${sinceText(window, span.from)}`
  const bad = views.find(({ isOk, mayBeOurs }) => !isOk && !mayBeOurs)
  if (bad !== undefined) return missed(seen(bad))
  const worst = worstOf(probe, views)
  if (!isComplete) return pending(worst?.text ?? 'not measured yet')
  const late = views.find(({ isOk }) => !isOk)
  if (late !== undefined) return untold(seen(late))
  return worst === undefined ? missed('nothing was measured while the fault lasted') : met(worst.text)
}

/** It may break at first; from some window on, not later than said, it holds until the fault is over. */
export function judgeProbeWithin(
  experiment: Experiment,
  { probe: name, withinMs }: Extract<FaultExpectation, { kind: 'probe-within' }>,
  { fault, observed, known }: UnderFault,
): Judgement {
  const probe = named(experiment, name)
  if (probe.kind === 'http') {
    return judgeAnswersFrom(observed.probes[name] ?? [], {
      from: fault.appliedAt!,
      until: fault.healedAt ?? Number.POSITIVE_INFINITY,
      withinMs,
      isOver: known.isOver || (fault.healedAt !== null && known.knownUntil > fault.healedAt),
    })
  }
  const span = secondsUnder(fault, known)!
  const isComplete = known.isOver || (span.to !== null && toldSeconds(observed) >= span.to)
  const to = Math.min(span.to ?? Number.POSITIVE_INFINITY, toldSeconds(observed))
  return settlesBy(experiment, probe, { from: span.from, to }, { withinMs, observed, known, isComplete })
}

export function judgeRecovery(
  experiment: Experiment,
  probe: Probe,
  observed: Observed,
  known: Known,
): Judgement {
  const healedAt = lastHealedAt(observed, known)
  if (healedAt === null) {
    return known.isOver ? missed(noRecoveryText(observed, known)) : pending('not healed yet')
  }
  const { withinMs } = experiment.recover
  if (probe.kind === 'http') {
    const results = observed.probes[probe.name] ?? []
    const until = Number.POSITIVE_INFINITY
    return judgeAnswersFrom(results, { from: healedAt, until, withinMs, isOver: known.isOver })
  }
  // The first second that saw nothing of the fault.
  const from = Math.ceil((healedAt - known.loadStartedAt) / 1000)
  const span = { from, to: toldSeconds(observed) }
  return settlesBy(experiment, probe, span, { withinMs, observed, known, isComplete: known.isOver })
}

interface Settling {
  withinMs: number
  observed: Observed
  known: Known
  isComplete: boolean
}

function settlesBy(experiment: Experiment, probe: LoadProbe, span: Seconds, settling: Settling): Judgement {
  const { observed, known } = settling
  const windows = windowsIn(probe, span, false)
  const views = windows.map((window) => look(probe, window, withBaseline(experiment, probe, observed, known)))
  const judged = settledFrom(probe, views, span, settling)
  if (judged.state !== 'missed') return judged
  const trusting = views.map((view) => ({ ...view, isOk: view.isOk || view.mayBeOurs }))
  const isTold = settledFrom(probe, trusting, span, settling).state === 'missed'
  return isTold ? judged : untold(views.findLast(({ isOk }) => !isOk)!.text)
}

/** From the first window after which none is bad any more. */
function settledFrom(
  probe: LoadProbe,
  views: readonly View[],
  span: Seconds,
  { withinMs, isComplete }: Pick<Settling, 'withinMs' | 'isComplete'>,
): Judgement {
  const lastBad = views.findLastIndex(({ isOk }) => !isOk)
  const good = views[lastBad + 1]
  if (good === undefined) {
    const text = views.at(-1)?.text ?? 'the load ended before it could be judged'
    return isComplete ? missed(text) : pending(text)
  }
  const afterS = good.window.from - span.from
  const text = `${worstOf(probe, views.slice(lastBad + 1))!.text}, ${afterS === 0 ? 'at once' : `after ${afterS} s`}`
  if (afterS * 1000 > withinMs) return isComplete ? missed(text) : pending(text)
  return isComplete ? met(text) : pending(text)
}

interface View {
  window: Seconds
  value: number | null
  isOk: boolean
  /** It would be ok if all of the generator's own lateness had gone into it. */
  mayBeOurs: boolean
  text: string
}

function look(
  probe: LoadProbe,
  window: Seconds,
  { observed, known, baseline }: { observed: Observed; known: Known; baseline: number | null },
): View {
  const seconds = secondsIn(observed.seconds, window)
  const { value, text } = readMetric(probe, seconds, known.quantileMs)
  const isOk = isWithin(probe, value, baseline)
  const lateMs = probe.metric.kind === 'latency' ? latenessMs(seconds) : 0
  const mayBeOurs = !isOk && value !== null && isWithin(probe, value - lateMs, baseline)
  const ours = mayBeOurs ? `, up to ${Math.round(lateMs)} ms of it because the load generator was late` : ''
  return { window, value, isOk, mayBeOurs, text: `${text}${baselineText(probe, baseline)}${ours}` }
}

/** Whether a probe holds over the last window that is told; for the live view and the timeline. */
export function probeNow(
  experiment: Experiment,
  probe: LoadProbe,
  observed: Observed,
  known: Known,
): { isOk: boolean; text: string } | undefined {
  const to = toldSeconds(observed)
  const from = to - probe.windowMs / 1000
  if (from < 0) return undefined
  return look(probe, { from, to }, withBaseline(experiment, probe, observed, known))
}

function withBaseline(experiment: Experiment, probe: LoadProbe, observed: Observed, known: Known) {
  const before = secondsIn(observed.seconds, baselineSeconds(experiment, probe.windowMs))
  return { observed, known, baseline: readMetric(probe, before, known.quantileMs).value }
}

/** All windows of the probe's length in the span; one shorter window when the whole span is shorter. */
function windowsIn({ windowMs }: LoadProbe, { from, to }: Seconds, mayBeShort: boolean): Seconds[] {
  const length = windowMs / 1000
  if (to - from < length) return mayBeShort && to > from ? [{ from, to }] : []
  return Array.from({ length: to - from - length + 1 }, (_, index) => ({
    from: from + index,
    to: from + index + length,
  }))
}

function worstOf({ min }: LoadProbe, views: readonly View[]): View | undefined {
  const sorted = views.toSorted((one, other) => (one.value ?? 0) - (other.value ?? 0))
  return min === undefined ? sorted.at(-1) : sorted[0]
}

const sinceText = ({ from, to }: Seconds, start: number): string =>
  `, from ${from - start} s to ${to - start} s of the fault`

function judgeAnswersDuring({ name }: HttpProbe, { fault, observed, known }: UnderFault): Judgement {
  const results = observed.probes[name] ?? []
  const since = fault.appliedAt!
  const until = fault.healedAt ?? Number.POSITIVE_INFINITY
  const before = results.findLast(({ at }) => at < since)
  if (before === undefined && known.isOver) return missed('it was not asked')
  if (before?.isOk === false) return missed(`${before.observed}, before the fault already`)
  const bad = results.find(({ at, isOk }) => at >= since && at <= until && !isOk)
  if (bad !== undefined) return missed(`${bad.observed} after ${Math.round(bad.at - since)} ms`)
  const isKnown = known.isOver || (fault.healedAt !== null && known.knownUntil > fault.healedAt)
  const text = before?.observed ?? 'not asked yet'
  return isKnown ? met(`${text} all the while`) : pending(text)
}

function judgeAnswersFrom(
  results: readonly ProbeResult[],
  span: { from: number; until: number; withinMs: number; isOver: boolean },
): Judgement {
  const { from, until, withinMs, isOver } = span
  const last = results.findLast(({ at }) => at <= until)
  if (last === undefined || !last.isOk) {
    const text = last?.observed ?? 'it was not asked'
    return isOver ? missed(text) : pending(text)
  }
  const afterMs = Math.max(0, Math.round(last.at - from))
  const text = afterMs === 0 ? `${last.observed} at once` : `${last.observed} after ${afterMs} ms`
  if (!isOver) return pending(text)
  return afterMs <= withinMs ? met(text) : missed(text)
}

const lastBefore = (observed: Observed, { name }: HttpProbe, at: number): ProbeResult | undefined =>
  (observed.probes[name] ?? []).findLast((result) => result.at <= at)

function named({ probes }: Experiment, name: string): Probe {
  const probe = probes.find((one) => one.name === name)
  if (probe === undefined) throw new Error(`no probe ${name}; reading the file should have refused it`)
  return probe
}
