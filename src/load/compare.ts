// Are these runs better or worse than those? How much their seconds differ, and their runs, says how sure.
//
//   worse         the interval of the change lies above 0, and the change is at least the tolerance
//   better        the same, below
//   same          the whole interval lies within the tolerance
//   inconclusive  anything else: record more, or more quietly
//
// Welch's test on single requests is wrong here: they depend on each other, and their number makes every
// drift of the machine "significant" (docs/decisions/0008).

import type {
  ComparedFailures,
  ComparedMetric,
  ComparisonVerdict,
  LoadComparison,
} from '../system/load-comparison.ts'
import { confidence } from './bootstrap.ts'
import { type ComparedFigures, figuresOf } from './compared-figures.ts'
import { type ComparedLoad, type UsableLoad, usableOf } from './compared-seconds.ts'
import { areInTurns, areMostlyValid, countedOf, isFavour } from './compared-sides.ts'
import { notesOn } from './comparison-notes.ts'
import { failedShare, quantileMs } from './ledger.ts'

export interface CompareOptions {
  /** A share: 0.05 is 5 %. */
  tolerance: number
  seed: number
}

const fractions = { p50: 0.5, p90: 0.9, p99: 0.99 } as const
const names = Object.keys(fractions) as (keyof typeof fractions)[]
const fewestSeconds = 8
/** A smaller difference of the failed share does not count: one arrival in a thousand. */
const failureTolerance = 0.001

export function compareLoads(
  before: readonly ComparedLoad[],
  after: readonly ComparedLoad[],
  { tolerance, seed }: CompareOptions,
): LoadComparison {
  const [baseline, candidate] = [inOrder(before), inOrder(after)]
  const runs = { baseline: baseline.map(({ run }) => run), candidate: candidate.map(({ run }) => run) }
  const isValid = areMostlyValid(baseline) && areMostlyValid(candidate)
  const inTurns = areInTurns(runs)
  const counted = { baseline: countedOf(baseline), candidate: countedOf(candidate) }
  const isEnough = [counted.baseline, counted.candidate].every((side) => secondsOf(side) >= fewestSeconds)
  const figures = isEnough ? figuresOf({ ...counted, areInTurns: inTurns, seed }) : undefined
  const recorded = Math.max(before.length, after.length)
  const metrics = names.flatMap((name) =>
    figures === undefined ? [] : [compareMetric(name, figures, { tolerance, recorded })],
  )
  const failures = compareFailures(figures)
  const found = overall(metrics, failures, isEnough && isValid)
  const isOwed = isFavour(found, runs)
  const verdict = isOwed ? 'inconclusive' : found
  return {
    version: 1,
    ...runs,
    metrics,
    failures,
    tolerance,
    confidence,
    blockSeconds: figures?.blockSeconds ?? null,
    seed,
    isValid,
    verdict,
    notes: notesOn(runs, {
      verdict,
      isFavour: isOwed,
      areInTurns: inTurns,
      fewestSeconds: isEnough ? undefined : fewestSeconds,
    }),
  }
}

const inOrder = (side: readonly ComparedLoad[]): UsableLoad[] =>
  side.toSorted((one, other) => one.run.startedAt - other.run.startedAt).map(usableOf)

const secondsOf = (side: readonly UsableLoad[]): number =>
  side.reduce((sum, { seconds }) => sum + seconds.length, 0)

function compareMetric(
  name: keyof typeof fractions,
  figures: ComparedFigures,
  { tolerance, recorded }: { tolerance: number; recorded: number },
): ComparedMetric {
  const { baseline, candidate, spread } = figures.of((ledger, stretches) =>
    Math.log(quantileMs(ledger, stretches, fractions[name])),
  )
  const change = Math.expm1(candidate - baseline)
  const interval = { low: Math.expm1(spread.low), high: Math.expm1(spread.high) }
  // Twice as narrow takes four times as much.
  const more = (spread.detectable / Math.log1p(2 * tolerance)) ** 2
  return {
    name,
    baselineMs: Math.exp(baseline),
    candidateMs: Math.exp(candidate),
    change,
    ...interval,
    detectable: Math.expm1(spread.detectable),
    runsNeeded: Math.max(1, Math.ceil(recorded * more)),
    verdict: verdictOf(change, interval, tolerance),
  }
}

const unknown = { baseline: 0, candidate: 0, spread: { low: -1, high: 1 } }

function compareFailures(figures: ComparedFigures | undefined): ComparedFailures {
  const { baseline, candidate, spread } = figures?.of(failedShare) ?? unknown
  const difference = candidate - baseline
  const { low, high } = spread
  return {
    baseline,
    candidate,
    difference,
    low,
    high,
    verdict: verdictOf(difference, spread, failureTolerance),
  }
}

function verdictOf(
  change: number,
  { low, high }: { low: number; high: number },
  tolerance: number,
): ComparisonVerdict {
  if (low > 0 && change >= tolerance) return 'worse'
  if (high < 0 && change <= -tolerance) return 'better'
  return low >= -tolerance && high <= tolerance ? 'same' : 'inconclusive'
}

function overall(
  metrics: readonly ComparedMetric[],
  failures: ComparedFailures,
  isComparable: boolean,
): ComparisonVerdict {
  if (!isComparable) return 'inconclusive'
  const all = [...metrics, failures].map(({ verdict }) => verdict)
  if (all.includes('worse')) return 'worse'
  if (all.includes('better')) return 'better'
  return all.every((verdict) => verdict === 'same') ? 'same' : 'inconclusive'
}
