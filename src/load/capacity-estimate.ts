// Where the bad share crosses what is allowed, from all probes together: how likely each rate is to be the limit.
//
// One probe of ten seconds knows the limit to some percent, and a bisection believes each of them. Here all of
// them vote. Near the limit, the odds of a bad arrival are taken as
//
//   allowed odds × (rate / limit) ** steepness
//
// from a target that bends slowly to a cliff; all steepnesses are weighed, so that an unknown one widens the
// interval. The rate is the one that was sent: Poisson arrivals of one mean are now more, now fewer.
//
// Bad arrivals come in clusters, as long as the queue stays long. A cluster is one piece of news, however many
// arrivals it holds: the likelihood is divided by the spread between seconds over that of independent
// arrivals (quasi-binomial). And any probe may have met with an accident, so that no single one decides.

import type { Objective, SloSecond } from './slo.ts'

/** The judged seconds of one probe. */
export type Evidence = readonly SloSecond[]

export interface Estimate {
  /** On the cautious side of the middle: probes above the limit begin with an empty queue, and look better than they are. */
  ratePerSecond: number
  /** Where to look next: a little above, where clusters are more frequent and say more. */
  next: number
  /** What a probe is worth while it lies between them. */
  low: number
  high: number
  /** Nine times of ten the limit lies in it. */
  between: { low: number; high: number }
  /** How likely the limit is no farther from the result than by that ratio. */
  chanceWithin(ratio: number): number
}

/** Queues that are nine tenths busy have some 40, a pool of several places half of that, a cliff any. */
const usualSteepness = 35
/** In factors of e. A cliff may be as steep as it likes; little is flatter than half of the usual. */
const spreadOf = (steepness: number): number => (steepness > usualSteepness ? 1 : 0.65)
const steepnesses = [3, 4.5, 7, 10, 15, 22, 33, 50, 75, 110, 170, 250, 400].map((steepness) => ({
  steepness,
  weight: Math.exp(-((Math.log(steepness / usualSteepness) / spreadOf(steepness)) ** 2) / 2),
}))
const accident = 0.002
/** So many times the allowed odds are an overload: there the share says how long it went on, not where the limit is. */
const overloadOdds = 40
const tail = 0.05
/** The model is not the target: in trials, nine of ten limits and some more lie between these, not 94 of 100. */
const farTail = 0.03

export interface Range {
  from: number
  to: number
}

/** The rate at which the worst objective is just met. Before any evidence, each ratio within `range` is as likely. */
export function estimateLimit(
  evidence: readonly Evidence[],
  objectives: readonly Objective[],
  range: Range,
): Estimate {
  const deciding = objectives.flatMap((objective, index) => {
    const isImplied = objectives.some((other, at) => at !== index && implies(other, objective, at < index))
    return isImplied ? [] : [{ allowed: objective.allowed, counts: countsOf(evidence, objective, index) }]
  })
  const coarse = beliefOf(deciding, range, 80)
  const step = (range.to / range.from) ** (1 / 80)
  const near = { from: coarse.quantile(0.0005) / step, to: coarse.quantile(0.9995) * step }
  const fine = beliefOf(deciding, near, 120)
  const ratePerSecond = fine.quantile(0.4)
  return {
    ratePerSecond,
    next: fine.quantile(0.6),
    low: fine.quantile(tail),
    high: fine.quantile(1 - tail),
    between: { low: fine.quantile(farTail), high: fine.quantile(1 - farTail) },
    chanceWithin: (ratio) =>
      fine.chanceBelow(ratePerSecond * (1 + ratio)) - fine.chanceBelow(ratePerSecond / (1 + ratio)),
  }
}

/** Whatever is bad for `other` is bad for `one`, which allows no more of it: then `one` alone decides. */
const implies = (one: Objective, other: Objective, isFirst: boolean): boolean =>
  one.allowed <= other.allowed &&
  one.limitMs <= other.limitMs &&
  (isFirst || one.allowed < other.allowed || one.limitMs < other.limitMs)

interface Deciding {
  allowed: number
  counts: readonly Count[]
}

function beliefOf(deciding: readonly Deciding[], { from, to }: Range, steps: number) {
  const step = (to / from) ** (1 / steps)
  const rates = Array.from({ length: steps + 1 }, (_, index) => from * step ** index)
  // The worst one's limit is above a rate when all of them are.
  const above = rates.map(() => 1)
  for (const { counts, allowed } of deciding) {
    const likelihoods = rates.map((limit) => likelihoodOf(limit, counts, allowed))
    const all = likelihoods.reduce((sum, likelihood) => sum + likelihood, 0)
    let below = 0
    for (const [at, likelihood] of likelihoods.entries()) {
      below += likelihood / all
      above[at]! *= 1 - below
    }
  }
  return {
    quantile(fraction: number): number {
      const index = above.findIndex((share) => share <= 1 - fraction)
      return rates[index === -1 ? steps : index]!
    },
    chanceBelow(rate: number): number {
      const index = rates.findIndex((one) => one > rate)
      return index === -1 ? 1 : 1 - (above[index - 1] ?? 1)
    },
  }
}

interface Count {
  /** As it was sent: chance makes more or fewer arrivals of the same mean rate. */
  ratePerSecond: number
  arrivals: number
  bad: number
  /** Arrivals per piece of news. */
  cluster: number
}

/** A queue stays long for some four times what it makes wait; failures come in bursts. Until more is seen. */
const lasting = 4
const longestLimitMs = 200
const failureClusterMs = 20
const weightOfThought = 16

function countsOf(evidence: readonly Evidence[], { limitMs, allowed }: Objective, index: number): Count[] {
  const thoughtMs = Number.isFinite(limitMs) ? lasting * Math.min(limitMs, longestLimitMs) : failureClusterMs
  let weight = weightOfThought
  let weighted = weightOfThought * thoughtMs
  const counts = evidence.map((seconds) => {
    const arrivals = seconds.reduce((sum, second) => sum + second.arrivals, 0)
    const bad = seconds.reduce((sum, second) => sum + second.bad[index]!, 0)
    const share = arrivals === 0 ? 0 : bad / arrivals
    const ratePerSecond = arrivals / Math.max(1, seconds.length)
    const slowMs = Math.max(0, ...seconds.map((second) => second.slowMs))
    if (bad > 0 && share < overload(allowed)) {
      const squares = seconds.reduce(
        (sum, second) => sum + (second.bad[index]! - share * second.arrivals) ** 2,
        0,
      )
      weight += seconds.length - 1
      weighted += (1000 * squares * seconds.length) / (bad * (1 - share)) / ratePerSecond
    }
    return { ratePerSecond, arrivals, bad, slowMs }
  })
  return counts.map((count) => {
    const clusterMs = weighted / weight
    const ms = count.bad === 0 ? Math.min(clusterMs, lasting * count.slowMs) : clusterMs
    return { ...count, cluster: 1 + (count.ratePerSecond * ms) / 1000 }
  })
}

function likelihoodOf(limit: number, counts: readonly Count[], allowed: number): number {
  let sum = 0
  for (const { steepness, weight } of steepnesses) {
    let product = weight
    for (const count of counts) product *= likelihoodOfProbe(count, limit, { steepness, allowed })
    sum += product
  }
  return sum
}

/** Over that of the share that was seen: from `accident` to 1. */
function likelihoodOfProbe(
  { ratePerSecond, arrivals, bad, cluster }: Count,
  limit: number,
  { steepness, allowed }: { steepness: number; allowed: number },
): number {
  if (arrivals === 0) return 1
  const most = overload(allowed)
  const predicted = Math.min(most, shareOf(oddsOf(allowed) * (ratePerSecond / limit) ** steepness))
  const seen = Math.min(most, bad / arrivals)
  const news = arrivals / cluster
  const late = seen === 0 ? 0 : seen * Math.log(predicted / seen)
  const inTime = (1 - seen) * Math.log((1 - predicted) / (1 - seen))
  return accident + (1 - accident) * Math.exp(news * (late + inTime))
}

const overload = (allowed: number): number => shareOf(overloadOdds * oddsOf(allowed))
const oddsOf = (share: number): number => share / (1 - share)
const shareOf = (odds: number): number => odds / (1 + odds)
