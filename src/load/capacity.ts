// Finds the highest rate at which a target meets its objectives.
//
//   ×2 from the lowest ─▶ first miss ─▶ narrow: probe where the limit is likeliest ─▶ soak at 0.9 × ─▶ overload, recover?
//                                         ▲                                  │
//                                         └── what each probe saw, together ◀┘   (capacity-estimate.ts)
//
// The search knows no clock and no network: ports make the probes and tell the time.

import type {
  CapacityProbe,
  CapacityRecovery,
  CapacityReport,
  CapacityVerdict,
} from '../system/capacity-report.ts'
import { type Estimate, estimateLimit, type Evidence } from './capacity-estimate.ts'
import { type Answer, type CapacityPorts, judge, type Question, type Trouble } from './capacity-probe.ts'
import { recover } from './capacity-recovery.ts'
import { decide, lean, type Objective, type SloSecond } from './slo.ts'

export interface CapacitySearch {
  objectives: readonly Objective[]
  /** Arrivals per second. */
  lowest: number
  highest: number
  /** The search ends when nine of ten chances lie within such a ratio; what is found is known to twice it. */
  precision: number
  soakSeconds: number
}

export type CapacityFound = Pick<
  CapacityReport,
  'verdict' | 'ratePerSecond' | 'between' | 'missedAt' | 'probes' | 'recovery' | 'reasons'
>

const soakFactor = 0.9
/** That the limit lies within twice the precision of the result. */
const sureEnough = 0.85
const bracketSeconds = 8
/** To judge a rate that is clearly met. */
const usualSeconds = 3

/** Queues near a limit of 200 ms change four times as slowly as those near 50 ms. */
function timesOf({ objectives, precision }: CapacitySearch) {
  const slowness = Math.min(4, Math.max(1, Math.min(...objectives.map(({ limitMs }) => limitMs)) / 50))
  const isTimed = objectives.some(({ limitMs }) => Number.isFinite(limitMs))
  const factor = isTimed ? slowness : 1
  const settleSeconds = Math.ceil(factor / 2)
  return {
    settleSeconds,
    doublingSeconds: usualSeconds + settleSeconds,
    probeSeconds: Math.ceil(10 * factor),
    // For a precision of 3 %; a finer one takes longer. What a bracket takes beyond the usual is part of it.
    narrowSeconds: 33 * factor * Math.max(1, 0.03 / precision),
    leastSeconds: 12 * factor,
  }
}

export async function findCapacity(search: CapacitySearch, ports: CapacityPorts): Promise<CapacityFound> {
  const probes: CapacityProbe[] = []
  const reasons: string[] = []
  const evidence: Evidence[] = []
  let met: number | null = null
  let missed: number | null = null
  let estimate: Estimate | null = null
  const { objectives, lowest, highest, precision, soakSeconds } = search
  const { settleSeconds, doublingSeconds, probeSeconds, narrowSeconds, leastSeconds } = timesOf(search)
  let usualToBracket = 0
  let disturbed = 0

  for (let rate = lowest; missed === null; rate = Math.min(highest, rate * 2)) {
    usualToBracket += doublingSeconds
    const { decision, trouble } = await judged({
      phase: 'bracket',
      rate,
      maxSeconds: () => bracketSeconds,
      isEnough: (seconds) => isClear(seconds, objectives),
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

  // A bracket is quick, and may be wrong by a little at either end.
  const range = { from: met / 2, to: Math.min(highest, missed * 1.5) }
  const believed = (seconds: Evidence = []): Estimate =>
    estimateLimit([...evidence, seconds], objectives, range)
  estimate = believed()
  // The interval is an estimate itself: it narrows by luck, too.
  const enough = 1.3 * precision
  const until = Math.max(usualToBracket + narrowSeconds, ports.elapsedSeconds() + leastSeconds)
  const left = (): number => Math.floor(until - ports.elapsedSeconds() - settleSeconds)
  while (!isNarrow(estimate, enough) && left() >= 1) {
    const rate = Math.min(highest, rounded(estimate.next))
    const isEnough = (seconds: readonly SloSecond[]): boolean => {
      if (seconds.length < 2) return false
      const now = believed(seconds)
      return rate < now.low || rate > now.high || isNarrow(now, enough)
    }
    const maxSeconds = (): number => Math.min(probeSeconds, left())
    const { trouble } = await judged({ phase: 'bisect', rate, maxSeconds, isEnough })
    if (trouble === 'noisy') disturbed += 1
    else if (trouble !== null) return endWithTrouble(trouble, rate)
    estimate = believed()
    met = rounded(estimate.low)
    missed = rounded(estimate.high)
  }
  met = rounded(estimate.ratePerSecond)
  missed = lowestMissAbove(met, probes) ?? missed
  if (disturbed > 0) reasons.push(`other programs disturbed ${disturbed} of the probes, which do not count`)
  const isKnown = estimate.chanceWithin(2 * precision) >= sureEnough
  if (!isKnown)
    reasons.push(
      `the time was over before the limit was known to ${Number((200 * precision).toPrecision(2))} %`,
    )

  const rate = rounded(soakFactor * met)
  const soak = await judged({
    phase: 'soak',
    rate,
    maxSeconds: (isRepeated) => (isRepeated ? Math.ceil(soakSeconds / 2) : soakSeconds),
    // A soak is there to last; only a clear miss ends it.
    isEnough: (seconds) => decide(seconds, objectives) === 'misses',
  })
  if (soak.trouble === 'interrupted') return end('interrupted')
  const recovered = await recover({ capacity: met, objectives, rounded }, ports, (progress) =>
    ports.onProgress?.({ ...progress, met, missed }),
  )
  if (recovered === 'interrupted') return end('interrupted')
  const { recovery } = recovered
  probes.push(...recovered.probes)
  if (recovery.afterMs === null)
    reasons.push(`it did not recover from an overload within ${recovery.withinMs / 1000} s`)
  if (soak.trouble !== null) {
    reasons.push('other programs disturbed the soak, twice')
    return end('inconclusive', recovery)
  }
  if (soak.decision === 'misses') {
    reasons.push(`the soak at ${rate} per second missed`)
    return end('unconfirmed', recovery)
  }
  return end(isKnown ? 'found' : 'inconclusive', recovery)

  function end(verdict: CapacityVerdict, recovery: CapacityRecovery | null = null): CapacityFound {
    const between =
      estimate === null ? null : { low: rounded(estimate.between.low), high: rounded(estimate.between.high) }
    return { verdict, ratePerSecond: met, between, missedAt: missed, probes, recovery, reasons }
  }

  function endWithTrouble(trouble: Trouble, rate: number): CapacityFound {
    if (trouble === 'interrupted') return end('interrupted')
    if (trouble === 'noisy') {
      reasons.push(`at ${rate} per second other programs disturbed the measurement, twice`)
      return end('inconclusive')
    }
    reasons.push(
      `msvc itself could not send ${rate} per second steadily here; where the target takes long for each, --connections allows more of them at once`,
    )
    return end('generator-limited')
  }

  async function judged(asked: Omit<Question, 'settleSeconds'>): Promise<Answer> {
    const { phase, rate } = asked
    const answers = await judge({ ...asked, settleSeconds }, objectives, ports, (seconds) =>
      ports.onProgress?.({ phase, ratePerSecond: rate, seconds, met, missed }),
    )
    const heard = answers.filter(({ trouble }) => trouble !== 'interrupted')
    probes.push(...heard.map(({ probe }) => probe))
    const { trouble, seconds } = answers.at(-1)!
    if (trouble === null) evidence.push(seconds)
    return answers.at(-1)!
  }
}

/** Far from the limit a bracket need not be sure, only clearly better than allowed. */
function isClear(seconds: readonly SloSecond[], objectives: readonly Objective[]): boolean {
  if (decide(seconds, objectives) !== 'undecided') return true
  if (seconds.length >= 2 && lean(seconds, objectives, 0) === 'meets') return true
  return seconds.length >= 3 && lean(seconds, objectives, 0.5) === 'meets'
}

const lowestMissAbove = (rate: number, probes: readonly CapacityProbe[]): number | null => {
  const misses = probes.filter(({ decision, ratePerSecond }) => decision === 'misses' && ratePerSecond > rate)
  return misses.length === 0 ? null : Math.min(...misses.map(({ ratePerSecond }) => ratePerSecond))
}

const isNarrow = ({ low, high }: { low: number; high: number }, ratio: number): boolean =>
  high / low <= 1 + ratio

/** Three significant digits say more than a rate can be told apart by. */
const rounded = (rate: number): number => Number(rate.toPrecision(rate >= 1000 ? 4 : 3))
