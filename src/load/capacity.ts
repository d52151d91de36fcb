// Finds the highest rate at which a target meets its objectives.
//
//   ×2 from the lowest ─▶ first miss ─▶ bisect (in ratio) to the precision ─▶ soak at 0.9 × ─▶ overload, recover?
//
// Each probe settles for a second, is judged second by second, and ends as soon as it is decided. The search
// knows no clock and no network: a port makes the probes.

import type { LoadInterval } from '../events.ts'
import type {
  CapacityDecision,
  CapacityPhase,
  CapacityProbe,
  CapacityProgress,
  CapacityRecovery,
  CapacityReport,
  CapacityVerdict,
} from '../system/capacity-report.ts'
import type { LoadVerdict } from '../system/load-report.ts'
import { createHistogram, decode, merge, percentiles } from './histogram.ts'
import { crossing, type Evidence } from './capacity-estimate.ts'
import { decide, lean, type Objective, type SloSecond, sloSecond } from './slo.ts'

export interface CapacityPorts {
  /**
   * Sends at that rate and tells each complete second in order, until `isEnough` says so or the time is
   * over. `drain`: resolves when the target answers as if idle again. Tells whether the measurement is valid;
   * after `interrupted` it is not asked again.
   */
  probe(ask: ProbeAsk, isEnough: (interval: LoadInterval) => boolean): Promise<LoadVerdict | 'interrupted'>
  onProgress?(progress: Omit<CapacityProgress, 'elapsedMs'>): void
}

export interface ProbeAsk {
  phase: CapacityPhase
  ratePerSecond: number
  maxSeconds: number
  drain: boolean
}

export interface CapacitySearch {
  objectives: readonly Objective[]
  /** Arrivals per second. */
  lowest: number
  highest: number
  /** The bracket is narrow enough when missed / met − 1 is not above it. */
  precision: number
  soakSeconds: number
}

export type CapacityFound = Pick<
  CapacityReport,
  'verdict' | 'ratePerSecond' | 'missedAt' | 'probes' | 'recovery' | 'reasons'
>

type Trouble = Exclude<LoadVerdict, 'valid'> | 'interrupted'

const settleSeconds = 1
const bracketSeconds = 8
const bisectSeconds = 10
const recoverySeconds = 12
const soakFactor = 0.9
/** The overload after the search, over the capacity. */
export const overloadFactor = 1.5
const recoveryFactor = 0.8

export async function findCapacity(search: CapacitySearch, ports: CapacityPorts): Promise<CapacityFound> {
  const probes: CapacityProbe[] = []
  const reasons: string[] = []
  let met: number | null = null
  let missed: number | null = null
  const evidence: Evidence[] = []
  const { objectives, lowest, highest, precision } = search

  const end = (verdict: CapacityVerdict, recovery: CapacityRecovery | null = null): CapacityFound => ({
    verdict,
    ratePerSecond: met,
    missedAt: missed,
    probes,
    recovery,
    reasons,
  })

  for (let rate = lowest; missed === null; rate = Math.min(highest, rate * 2)) {
    const { decision, trouble } = await judged({
      phase: 'bracket',
      rate,
      maxSeconds: bracketSeconds,
    })
    if (trouble !== null) return endWithTrouble(trouble, rate)
    if (decision === 'meets') met = rate
    else missed = rate
    if (decision === 'meets' && rate === highest) return end('not-reached')
  }
  if (met === null) {
    reasons.push(`the objectives were missed at the lowest rate, ${missed} per second`)
    return end('never-met')
  }

  while (missed / met > 1 + precision) {
    const rate = rounded(Math.sqrt(met * missed))
    if (rate <= met || rate >= missed) break
    const { decision, trouble } = await judged({
      phase: 'bisect',
      rate,
      maxSeconds: bisectSeconds,
    })
    if (trouble !== null) return endWithTrouble(trouble, rate)
    if (decision === 'meets') met = rate
    else missed = rate
  }

  met = rounded(crossing(evidence, objectives, { met, missed }))
  const soak = await judged({
    phase: 'soak',
    rate: rounded(soakFactor * met),
    maxSeconds: search.soakSeconds,
  })
  if (soak.trouble === 'interrupted') return end('interrupted')
  const recovery = await recover(met)
  if (recovery === 'interrupted') return end('interrupted')
  if (recovery.afterMs === null)
    reasons.push(`it did not recover from an overload within ${recovery.withinMs / 1000} s`)
  if (soak.trouble !== null) {
    reasons.push('other programs disturbed the soak, twice')
    return end('inconclusive', recovery)
  }
  if (soak.decision === 'meets') return end('found', recovery)
  reasons.push(
    `the soak at ${rounded(soakFactor * met)} per second ${soak.decision === 'misses' ? 'missed' : 'was undecided'}`,
  )
  return end(soak.decision === 'misses' ? 'unconfirmed' : 'inconclusive', recovery)

  function endWithTrouble(trouble: Trouble, rate: number): CapacityFound {
    if (trouble === 'interrupted') return end('interrupted')
    if (trouble === 'noisy') {
      reasons.push(`at ${rate} per second other programs disturbed the measurement, twice`)
      return end('inconclusive')
    }
    reasons.push(`msvc itself could not send ${rate} per second steadily here`)
    return end('generator-limited')
  }

  /** A probe; once more when it missed and was disturbed, which may have been passing. */
  async function judged(ask: { phase: CapacityPhase; rate: number; maxSeconds: number }) {
    const first = await probe(ask)
    if (first.trouble === null || first.trouble === 'interrupted') return first
    const second = await probe(ask)
    // A disturbance may blur a limit. It does not make a target miss it for certain, twice.
    const isSure = first.isSure && second.isSure && second.decision === 'misses'
    return isSure && second.trouble === 'noisy' ? { ...second, trouble: null } : second
  }

  async function probe({
    phase,
    rate,
    maxSeconds,
  }: {
    phase: CapacityPhase
    rate: number
    maxSeconds: number
  }) {
    const seconds: SloSecond[] = []
    const intervals: LoadInterval[] = []
    let decision: CapacityDecision = 'undecided'
    const ask = { phase, ratePerSecond: rate, maxSeconds: maxSeconds + settleSeconds, drain: true }
    const verdict = await ports.probe(ask, (interval) => {
      if (interval.second < settleSeconds) return false
      intervals.push(interval)
      seconds.push(sloSecond(interval, objectives))
      ports.onProgress?.({ phase, ratePerSecond: rate, seconds: seconds.length, met, missed })
      decision = decisionOf(phase, seconds)
      // A soak is there to last; only a clear miss ends it.
      return phase === 'soak' ? decision === 'misses' : decision !== 'undecided'
    })
    if (verdict === 'interrupted') return { decision, trouble: verdict, isSure: false }
    const isSure = decide(seconds, objectives) === 'misses'
    if (decision === 'undecided') {
      if (phase === 'bisect')
        reasons.push(`at ${rate} per second it could not be told for sure: the limit is near`)
      decision = lean(seconds, objectives)
    }
    probes.push(probed({ phase, rate, intervals, decision }))
    evidence.push({ ratePerSecond: rate, seconds })
    // What met the objectives in spite of a disturbance has met them.
    const trouble: Trouble | null = decision === 'meets' || verdict === 'valid' ? null : verdict
    return { decision, trouble, isSure }
  }

  function decisionOf(phase: CapacityPhase, seconds: readonly SloSecond[]): CapacityDecision {
    const decision = decide(seconds, objectives)
    // Far below the limit: the bracket need not be sure, only clearly better than allowed.
    const isClear = phase === 'bracket' && seconds.length >= 3 && lean(seconds, objectives, 0.5) === 'meets'
    return decision === 'undecided' && isClear ? 'meets' : decision
  }

  /** Does it hold its objectives again after an overload, while the load goes on? */
  async function recover(capacity: number): Promise<CapacityRecovery | 'interrupted'> {
    const overload = rounded(overloadFactor * capacity)
    const rate = rounded(recoveryFactor * capacity)
    const during: LoadInterval[] = []
    const overloading = { phase: 'overload', ratePerSecond: overload, maxSeconds: 3, drain: false } as const
    const overloaded = await ports.probe(overloading, (interval) => {
      during.push(interval)
      return false
    })
    if (overloaded === 'interrupted') return 'interrupted'
    probes.push(probed({ phase: 'overload', rate: overload, intervals: during, decision: 'misses' }))
    const after: LoadInterval[] = []
    const held = (): number => {
      const clean = after.map((interval) => lean([sloSecond(interval, objectives)], objectives) === 'meets')
      return clean.length - 1 - clean.lastIndexOf(false)
    }
    const ask = { phase: 'recovery', ratePerSecond: rate, maxSeconds: recoverySeconds, drain: false } as const
    const recovered = await ports.probe(ask, (interval) => {
      after.push(interval)
      ports.onProgress?.({ phase: 'recovery', ratePerSecond: rate, seconds: after.length, met, missed })
      return held() >= 4
    })
    if (recovered === 'interrupted') return 'interrupted'
    const isBack = held() >= 3
    const decision = isBack ? 'meets' : 'misses'
    probes.push(probed({ phase: 'recovery', rate, intervals: after, decision }))
    return {
      overloadPerSecond: overload,
      ratePerSecond: rate,
      afterMs: isBack ? (after.length - held()) * 1000 : null,
      withinMs: recoverySeconds * 1000,
    }
  }
}

function probed(of: {
  phase: CapacityPhase
  rate: number
  intervals: readonly LoadInterval[]
  decision: CapacityDecision
}): CapacityProbe {
  const response = createHistogram()
  for (const { responseHistogram } of of.intervals) merge(response, decode(responseHistogram))
  const arrivals = of.intervals.reduce((sum, { scheduled }) => sum + scheduled, 0)
  const ok = of.intervals.reduce((sum, { outcomes }) => sum + (outcomes.ok ?? 0), 0)
  const { p50, p99 } = percentiles(response)
  return {
    phase: of.phase,
    ratePerSecond: of.rate,
    okPerSecond: of.intervals.length === 0 ? 0 : ok / of.intervals.length,
    seconds: of.intervals.length,
    p50Ms: p50,
    p99Ms: p99,
    failed: arrivals === 0 ? 0 : 1 - ok / arrivals,
    decision: of.decision,
  }
}

/** Three significant digits say more than a rate can be told apart by. */
const rounded = (rate: number): number => Number(rate.toPrecision(rate >= 1000 ? 4 : 3))
