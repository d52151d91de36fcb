// Objectives that are decided while a probe goes on: `p99<200ms,errors<1%`.
//
// Each objective allows a share of bad arrivals: "p99 < 200 ms" says that at most 1 % may take longer (or
// fail). Seconds are the blocks of a sequential test, because arrivals near each other share their luck:
//
//   bad share ──────────┬──── allowed ────┬──────────▶
//       meets           │    undecided    │   misses        the gap narrows as seconds come in

import { errors } from '../errors.ts'
import type { LoadInterval } from '../events.ts'
import type { CapacityDecision } from '../system/capacity-report.ts'
import { decode } from './encoded-histogram.ts'
import { recordedIn } from './histogram.ts'
import { arrivalsIn, parseThreshold } from './thresholds.ts'

export interface Objective {
  expression: string
  /** Share of the arrivals that may be bad. */
  allowed: number
  /** An arrival that takes this long or longer is bad; Infinity: only a failed one is. */
  limitMs: number
}

/** Throws `bad-value`. */
export const parseSlo = (text: string): Objective[] =>
  text.split(',').map((part) => {
    const { metric, request, phase, comparison, limit, unit, expression } = parseThreshold(part, '--slo')
    const isUpper = phase === null && (comparison === '<' || comparison === '<=')
    if (isUpper && request === null && metric.kind === 'quantile' && metric.fraction < 1)
      return { expression, allowed: 1 - metric.fraction, limitMs: limit }
    if (isUpper && request === null && metric.kind === 'ended' && unit === 'share' && metric.as.length > 1)
      return { expression, allowed: limit, limitMs: Number.POSITIVE_INFINITY }
    throw errors.badValue(
      '--slo',
      part.trim(),
      'percentiles and errors of the whole run, such as p99<200ms,errors<1%',
    )
  })

/** One second of a probe: arrivals, and how many were bad for each objective. */
export interface SloSecond {
  arrivals: number
  bad: number[]
  /** What 99 % of the answers did not exceed: how long its queue was, at most. */
  slowMs: number
}

type SloCount = Pick<SloSecond, 'arrivals' | 'bad'>

export function sloSecond(
  { outcomes, responseHistogram, responseMs }: LoadInterval,
  objectives: readonly Objective[],
): SloSecond {
  const arrivals = arrivalsIn(outcomes)
  const failed = arrivals - (outcomes.ok ?? 0)
  const recorded = recordedIn(decode(responseHistogram))
  const answered = recorded.reduce((sum, { times }) => sum + times, 0)
  // What failed quickly stands in the histogram too, among the quick ones; what timed out does not.
  const { timeout = 0, shed = 0 } = outcomes
  const failedQuickly = Math.max(0, failed - timeout - shed - (arrivals - answered))
  return {
    arrivals,
    bad: objectives.map(({ limitMs }) => {
      if (!Number.isFinite(limitMs)) return failed
      const quick = recorded.reduce((sum, { us, times }) => (us < limitMs * 1000 ? sum + times : sum), 0)
      return arrivals - Math.max(0, quick - failedQuickly)
    }),
    slowMs: responseMs.p99 ?? 0,
  }
}

/** How sure a decision must be, in standard errors. To miss is told a little later: it narrows from above. */
const missBound = 2.5
const meetBound = 2
const fewestToMiss = 3
const fewestToMeet = 7

/** What the seconds so far say about all objectives together. */
export function decide(seconds: readonly SloCount[], objectives: readonly Objective[]): CapacityDecision {
  const decisions = objectives.map(({ allowed }, index) => {
    const z = distance(seconds, index, allowed)
    if (z > missBound && seconds.length >= fewestToMiss) return 'misses'
    return z < -meetBound && seconds.length >= fewestToMeet ? 'meets' : 'undecided'
  })
  if (decisions.includes('misses')) return 'misses'
  return decisions.every((decision) => decision === 'meets') ? 'meets' : 'undecided'
}

/** The same, by the share alone: for a last word when the time is over, and where a guess will be corrected. */
export function lean(
  seconds: readonly SloCount[],
  objectives: readonly Objective[],
  share = 1,
): CapacityDecision {
  const all = seconds.reduce((sum, { arrivals }) => sum + arrivals, 0)
  if (all === 0) return 'undecided'
  const isMet = objectives.every(
    ({ allowed }, index) => seconds.reduce((sum, { bad }) => sum + bad[index]!, 0) <= share * allowed * all,
  )
  return isMet ? 'meets' : 'misses'
}

/** From the allowed share to the observed one, in standard errors between seconds. */
function distance(seconds: readonly SloCount[], index: number, allowed: number): number {
  const all = seconds.reduce((sum, { arrivals }) => sum + arrivals, 0)
  if (all === 0) return 0
  const share = seconds.reduce((sum, { bad }) => sum + bad[index]!, 0) / all
  const squares = seconds.reduce((sum, { bad, arrivals }) => sum + (bad[index]! - share * arrivals) ** 2, 0)
  const between = Math.sqrt((squares * seconds.length) / Math.max(1, seconds.length - 1)) / all
  // Seconds without a bad arrival are not certain: they have at least the spread of chance.
  const ofChance = Math.sqrt((allowed * (1 - allowed)) / all)
  return (share - allowed) / Math.max(between, 2 * ofChance)
}
