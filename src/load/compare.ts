// Is this run better or worse than that one? A block bootstrap over the recorded seconds says how sure.
//
//   worse         the interval of the change lies above 0, and the change is at least the tolerance
//   better        the same, below
//   same          the whole interval lies within the tolerance
//   inconclusive  anything else: run longer, or more quietly
//
// Welch's test on single requests is wrong here: they depend on each other, and their number makes every
// drift of the machine "significant".

import { arrivalsIn } from './thresholds.ts'
import type { LoadInterval } from '../events.ts'
import type {
  ComparedFailures,
  ComparedMetric,
  ComparedRun,
  ComparisonVerdict,
  LoadComparison,
} from '../system/load-comparison.ts'
import { average, blockLength, chanceOf, confidence, resample, spreadOf } from './bootstrap.ts'
import { decode, recordedIn } from './histogram.ts'

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
/** A smaller difference of the failed share does not count: one arrival in a thousand. */
const failureTolerance = 0.001

export function compareLoads(
  baseline: ComparedLoad,
  candidate: ComparedLoad,
  { tolerance, seed }: CompareOptions,
): LoadComparison {
  const sides = [baseline, candidate].map(({ seconds }) => settled(seconds).map(second))
  const [before = [], after = []] = sides
  const block = Math.max(...sides.map(blockOf))
  const blocks = (before.length + after.length) / block
  const isEnough = before.length >= fewestSeconds && after.length >= fewestSeconds
  const redrawn = isEnough ? redraw(sides, block, seed) : []
  const quantiles = redrawn.map((pair) => pair.map(quantilesOf) as [Quantiles, Quantiles])
  const metrics = isEnough ? names.map((name) => metric(name)) : []
  const failures = compareFailures(before, after, { redrawn, blocks })
  return {
    version: 1,
    baseline: { ...baseline.run, seconds: before.length },
    candidate: { ...candidate.run, seconds: after.length },
    metrics,
    failures,
    tolerance,
    confidence,
    blockSeconds: block,
    seed,
    verdict: overall(metrics, failures, isEnough && baseline.run.isValid && candidate.run.isValid),
    notes: notesOn(baseline.run, candidate.run, isEnough),
  }

  function metric(name: keyof typeof fractions): ComparedMetric {
    const baselineMs = quantilesOf(before)[name]
    const candidateMs = quantilesOf(after)[name]
    const estimate = Math.log(candidateMs / baselineMs)
    const changes = quantiles.map(([one, other]) => Math.log(other[name] / one[name]))
    const spread = spreadOf(estimate, changes, blocks)
    const change = Math.expm1(estimate)
    const interval = { low: Math.expm1(spread.low), high: Math.expm1(spread.high) }
    const verdict = verdictOf(change, interval, tolerance)
    return {
      name,
      baselineMs,
      candidateMs,
      change,
      ...interval,
      detectable: Math.expm1(spread.detectable),
      verdict,
    }
  }
}

/** One second: how many arrivals took how long. */
interface Second {
  /** Ascending, on a logarithmic grid of 0.1 %: e ** (bin / binsPerE) µs. */
  bins: Int32Array
  times: Float64Array
  arrivals: number
  failed: number
}

const binsPerE = 1000

function second({ responseHistogram, outcomes }: LoadInterval): Second {
  const recorded = recordedIn(decode(responseHistogram))
  const arrivals = arrivalsIn(outcomes)
  return {
    bins: Int32Array.from(recorded, ({ us }) => Math.round(Math.log(Math.max(1, us)) * binsPerE)),
    times: Float64Array.from(recorded, ({ times }) => times),
    arrivals,
    failed: arrivals - (outcomes.ok ?? 0),
  }
}

/** Without the warm-up, and without a last second that is not a whole one. */
function settled(seconds: readonly LoadInterval[]): readonly LoadInterval[] {
  const warm = seconds.length > fewestSeconds + warmUpSeconds ? seconds.slice(warmUpSeconds) : seconds
  const usual = warm.map(({ scheduled }) => scheduled).toSorted((a, b) => a - b)[warm.length >> 1] ?? 0
  const last = warm.at(-1)
  return last !== undefined && last.scheduled < usual / 2 ? warm.slice(0, -1) : warm
}

type Quantiles = Record<keyof typeof fractions, number>

/** The percentiles of all these seconds together, in ms. */
function quantilesOf(seconds: readonly Second[]): Quantiles {
  const lowest = Math.min(...seconds.map(({ bins }) => bins[0] ?? Number.POSITIVE_INFINITY))
  const highest = Math.max(...seconds.map(({ bins }) => bins.at(-1) ?? 0))
  if (lowest > highest) return { p50: Number.NaN, p90: Number.NaN, p99: Number.NaN }
  const counters = new Float64Array(highest - lowest + 1)
  let total = 0
  for (const { bins, times } of seconds) {
    for (let i = 0; i < bins.length; i++) {
      counters[bins[i]! - lowest]! += times[i]!
      total += times[i]!
    }
  }
  let bin = -1
  let seen = 0
  // Ascending, so that one pass finds all.
  const upTo = (fraction: number): number => {
    const rank = Math.max(1, Math.ceil(fraction * total))
    while (seen < rank) seen += counters[++bin]!
    return Math.exp((lowest + bin) / binsPerE) / 1000
  }
  return { p50: upTo(fractions.p50), p90: upTo(fractions.p90), p99: upTo(fractions.p99) }
}

/** As long as the median or the tail of a second resembles that of its neighbours. */
function blockOf(side: readonly Second[]): number {
  const each = side.filter(({ bins }) => bins.length > 0).map((one) => quantilesOf([one]))
  return Math.max(
    ...(['p50', 'p99'] as const).map((name) => blockLength(each.map((one) => Math.log(one[name])))),
  )
}

const redraw = (sides: readonly (readonly Second[])[], block: number, seed: number): Second[][][] =>
  Array.from({ length: resamples }, (_, round) =>
    sides.map((side, index) =>
      resample({ length: side.length, block }, chanceOf(seed, 2 * round + index)).map((at) => side[at]!),
    ),
  )

function compareFailures(
  before: readonly Second[],
  after: readonly Second[],
  { redrawn, blocks }: { redrawn: Second[][][]; blocks: number },
): ComparedFailures {
  const share = (seconds: readonly Second[]): number =>
    average(seconds.map(({ failed }) => failed)) /
    Math.max(1, average(seconds.map(({ arrivals }) => arrivals)))
  const baseline = share(before)
  const candidate = share(after)
  const difference = candidate - baseline
  const differences = redrawn.map(([one = [], other = []]) => share(other) - share(one))
  const { low, high } =
    redrawn.length === 0 ? { low: -1, high: 1 } : spreadOf(difference, differences, blocks)
  const interval = { low, high }
  return {
    baseline,
    candidate,
    difference,
    ...interval,
    verdict: verdictOf(difference, interval, failureTolerance),
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
