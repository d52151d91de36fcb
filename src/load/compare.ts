// Is this run better or worse than that one? A block bootstrap over the recorded seconds says how sure.
//
//   worse         the interval of the change lies above 0, and the change is at least the tolerance
//   better        the same, below
//   same          the whole interval lies within the tolerance
//   inconclusive  anything else: run longer, or more quietly
//
// Welch's test on single requests is wrong here: they depend on each other, and their number makes every
// drift of the machine "significant".

import type { LoadInterval } from '../events.ts'
import type {
  ComparedFailures,
  ComparedMetric,
  ComparedRun,
  ComparisonVerdict,
  LoadComparison,
} from '../system/load-comparison.ts'
import { blockLength, chanceOf, confidence, resample, type Spread, spreadOf } from './bootstrap.ts'
import { failedShare, type Ledger, ledgerOf, quantileMs, type Stretch, whole } from './ledger.ts'

export interface ComparedLoad {
  run: Omit<ComparedRun, 'seconds'>
  /** In order. */
  seconds: readonly LoadInterval[]
}

export interface CompareOptions {
  /** A share: 0.05 is 5 %. */
  tolerance: number
  seed: number
}

const fractions = { p50: 0.5, p90: 0.9, p99: 0.99 } as const
const names = Object.keys(fractions) as (keyof typeof fractions)[]
const resamples = 1000
/** Connections are opened and code is compiled in the first seconds. */
const warmUpSeconds = 2
const fewestSeconds = 8
/** Longer runs are resampled in steps of more than a second. */
const mostRows = 600
/** A smaller difference of the failed share does not count: one arrival in a thousand. */
const failureTolerance = 0.001

export function compareLoads(
  baseline: ComparedLoad,
  candidate: ComparedLoad,
  { tolerance, seed }: CompareOptions,
): LoadComparison {
  const seconds = [settled(baseline.seconds), settled(candidate.seconds)] as const
  const isEnough = seconds.every(({ length }) => length >= fewestSeconds)
  const stride = Math.ceil(Math.max(...seconds.map(({ length }) => length)) / mostRows)
  const pair: Pair = { before: ledgerOf(seconds[0], stride), after: ledgerOf(seconds[1], stride) }
  const spread = bootstrapOf(pair, seed)
  const metrics = isEnough ? names.map((name) => compareMetric(name, pair, { spread, tolerance })) : []
  const failures = compareFailures(pair, isEnough ? spread : unknown)
  return {
    version: 1,
    baseline: { ...baseline.run, seconds: seconds[0].length },
    candidate: { ...candidate.run, seconds: seconds[1].length },
    metrics,
    failures,
    tolerance,
    confidence,
    blockSeconds: blockOf(pair) * stride,
    seed,
    verdict: overall(metrics, failures, isEnough && baseline.run.isValid && candidate.run.isValid),
    notes: notesOn(baseline.run, candidate.run, isEnough),
  }
}

/** Without the warm-up, and without a last second that is not a whole one. */
function settled(seconds: readonly LoadInterval[]): readonly LoadInterval[] {
  const warm = seconds.length > fewestSeconds + warmUpSeconds ? seconds.slice(warmUpSeconds) : seconds
  const usual = warm.map(({ scheduled }) => scheduled).toSorted((a, b) => a - b)[warm.length >> 1] ?? 0
  const last = warm.at(-1)
  return last !== undefined && last.scheduled < usual / 2 ? warm.slice(0, -1) : warm
}

interface Pair {
  before: Ledger
  after: Ledger
}

/** What is asked of both runs, or of a resample of each → a number. */
type Difference = (before: readonly Stretch[], after: readonly Stretch[]) => number

type Bootstrap = (difference: Difference) => Spread

const unknown: Bootstrap = () => ({ low: -1, high: 1, detectable: 1 })

const blockOf = ({ before, after }: Pair): number => blockLength(Math.min(before.length, after.length))

/** The same resamples for every figure. */
function bootstrapOf(pair: Pair, seed: number): Bootstrap {
  const { before, after } = pair
  const block = blockOf(pair)
  const drawn = Array.from({ length: resamples }, (_, round) =>
    [before, after].map(({ length }, side) => resample({ length, block }, chanceOf(seed, 2 * round + side))),
  )
  return (difference) =>
    spreadOf(
      difference(whole(before), whole(after)),
      drawn.map(([one = [], other = []]) => difference(one, other)),
      (before.length + after.length) / block,
    )
}

function compareMetric(
  name: keyof typeof fractions,
  { before, after }: Pair,
  { spread, tolerance }: { spread: Bootstrap; tolerance: number },
): ComparedMetric {
  const fraction = fractions[name]
  const baselineMs = quantileMs(before, whole(before), fraction)
  const candidateMs = quantileMs(after, whole(after), fraction)
  const found = spread((one, other) =>
    Math.log(quantileMs(after, other, fraction) / quantileMs(before, one, fraction)),
  )
  const change = candidateMs / baselineMs - 1
  const interval = { low: Math.expm1(found.low), high: Math.expm1(found.high) }
  const verdict = verdictOf(change, interval, tolerance)
  const detectable = Math.expm1(found.detectable)
  return { name, baselineMs, candidateMs, change, ...interval, detectable, verdict }
}

function compareFailures({ before, after }: Pair, spread: Bootstrap): ComparedFailures {
  const baseline = failedShare(before, whole(before))
  const candidate = failedShare(after, whole(after))
  const difference = candidate - baseline
  const { low, high } = spread((one, other) => failedShare(after, other) - failedShare(before, one))
  const verdict = verdictOf(difference, { low, high }, failureTolerance)
  return { baseline, candidate, difference, low, high, verdict }
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

function notesOn(one: ComparedLoad['run'], other: ComparedLoad['run'], isEnough: boolean): string[] {
  return [
    ...[one, other]
      .filter(({ isValid }) => !isValid)
      .map(({ id }) => `${id} is not valid as a measurement: nothing can be concluded from it`),
    ...(one.target === other.target ? [] : [`the targets differ: ${one.target} and ${other.target}`]),
    ...(one.ratePerSecond === other.ratePerSecond
      ? []
      : [`the rates differ: ${one.ratePerSecond} and ${other.ratePerSecond} per second`]),
    ...(isEnough ? [] : [`a comparison needs at least ${fewestSeconds} whole seconds of each run`]),
  ]
}
