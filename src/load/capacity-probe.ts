// One question to a target: does it meet its objectives at that rate? A probe settles first, is then judged
// second by second, and ends as soon as there is enough.

import type { LoadInterval } from '../events.ts'
import type {
  CapacityDecision,
  CapacityPhase,
  CapacityProbe,
  CapacityProgress,
} from '../system/capacity-report.ts'
import type { LoadVerdict } from '../system/load-report.ts'
import { together } from './encoded-histogram.ts'
import { percentiles } from './histogram.ts'
import { decide, lean, type Objective, type SloSecond, sloSecond } from './slo.ts'

export interface CapacityPorts {
  /**
   * Sends at that rate and tells each complete second in order, until `isEnough` says so or the time is
   * over. `drain`: resolves when the target answers as if idle again. Tells whether the measurement is valid;
   * after `interrupted` it is not asked again.
   */
  probe(ask: ProbeAsk, isEnough: (interval: LoadInterval) => boolean): Promise<LoadVerdict | 'interrupted'>
  /** Since the search began: whatever takes its time is charged to it, a repeated probe and a pause as well. */
  elapsedSeconds(): number
  onProgress?(progress: Omit<CapacityProgress, 'elapsedMs'>): void
}

export interface ProbeAsk {
  phase: CapacityPhase
  ratePerSecond: number
  maxSeconds: number
  drain: boolean
}

export type Trouble = Exclude<LoadVerdict, 'valid'> | 'interrupted'

export interface Question {
  phase: CapacityPhase
  rate: number
  settleSeconds: number
  /** Beside the settling. Less than 1: there is no time for it. */
  maxSeconds: (isRepeated: boolean) => number
  isEnough: (seconds: readonly SloSecond[]) => boolean
}

export interface Answer {
  /** By the share alone where it was not certain. */
  decision: CapacityDecision
  trouble: Trouble | null
  probe: CapacityProbe
  seconds: readonly SloSecond[]
}

/** A probe; once more when it missed and was disturbed, which may have been passing. All of them, the last one counts. */
export async function judge(
  question: Question,
  objectives: readonly Objective[],
  ports: CapacityPorts,
  tell: (seconds: number) => void,
): Promise<Answer[]> {
  const first = await ask({ ...question, maxSeconds: question.maxSeconds(false) }, objectives, ports, tell)
  if (first.trouble === null || first.trouble === 'interrupted') return [first]
  const maxSeconds = question.maxSeconds(true)
  if (maxSeconds < 1) return [first]
  const second = await ask({ ...question, maxSeconds }, objectives, ports, tell)
  // A disturbance may blur a limit. It does not make a target miss it for certain, twice.
  const isSure = [first, second].every(({ seconds }) => decide(seconds, objectives) === 'misses')
  return [first, isSure && second.trouble === 'noisy' ? { ...second, trouble: null } : second]
}

async function ask(
  { phase, rate, settleSeconds, maxSeconds, isEnough }: Omit<Question, 'maxSeconds'> & { maxSeconds: number },
  objectives: readonly Objective[],
  ports: CapacityPorts,
  tell: (seconds: number) => void,
): Promise<Answer> {
  const seconds: SloSecond[] = []
  const intervals: LoadInterval[] = []
  const verdict = await ports.probe(
    { phase, ratePerSecond: rate, maxSeconds: maxSeconds + settleSeconds, drain: true },
    (interval) => {
      if (interval.second < settleSeconds) return false
      intervals.push(interval)
      seconds.push(sloSecond(interval, objectives))
      tell(seconds.length)
      return isEnough(seconds)
    },
  )
  const certain = decide(seconds, objectives)
  const decision = certain === 'undecided' ? lean(seconds, objectives) : certain
  // What met the objectives in spite of a disturbance has met them.
  const isFine = verdict === 'valid' || (verdict !== 'interrupted' && decision === 'meets')
  return {
    decision,
    trouble: isFine ? null : verdict,
    probe: probed({ phase, rate, intervals, decision }),
    seconds,
  }
}

export function probed(of: {
  phase: CapacityPhase
  rate: number
  intervals: readonly LoadInterval[]
  decision: CapacityDecision
}): CapacityProbe {
  const response = together(of.intervals.map(({ responseHistogram }) => responseHistogram))
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
