// Where the bad share crosses what is allowed, from all probes near the limit together.
//
// One probe of ten seconds knows the limit to some percent, and a bisection believes each of them. Here all
// of them vote: the bad arrivals of a probe are taken as a Poisson count with the mean
//
//   arrivals × allowed × (rate / limit) ** steepness
//
// and the likeliest limit wins. A probe without a bad arrival counts too; one deep in overload does not,
// since there the share no longer follows a power of the rate.

import type { Objective, SloSecond } from './slo.ts'

export interface Evidence {
  ratePerSecond: number
  seconds: readonly SloSecond[]
}

const steepnesses = [3, 4, 6, 8, 11, 15, 20, 27, 36, 50]
const overloadShare = 0.3

/** The rate at which the worst objective is just met; within a fifth of the bracket. */
export function crossing(
  evidence: readonly Evidence[],
  objectives: readonly Objective[],
  { met, missed }: { met: number; missed: number },
): number {
  const limits = objectives.map(({ allowed }, index) => {
    const counts = evidence
      .map(({ ratePerSecond, seconds }) => ({
        ratePerSecond,
        arrivals: seconds.reduce((sum, { arrivals }) => sum + arrivals, 0),
        bad: seconds.reduce((sum, { bad }) => sum + bad[index]!, 0),
      }))
      .filter(({ ratePerSecond, arrivals, bad }) => bad < overloadShare * arrivals && ratePerSecond > met / 2)
    return likeliest(counts, allowed, { from: met / 1.2, to: missed * 1.2 })
  })
  const known = limits.filter((limit) => limit !== null)
  return known.length === 0 ? Math.sqrt(met * missed) : Math.min(...known)
}

interface Count {
  ratePerSecond: number
  arrivals: number
  bad: number
}

/** null: nothing was ever bad, or nothing says how fast it becomes so. */
function likeliest(
  counts: readonly Count[],
  allowed: number,
  { from, to }: { from: number; to: number },
): number | null {
  if (counts.filter(({ bad }) => bad > 0).length < 2) return null
  const steps = 200
  let best = { limit: from, likelihood: Number.NEGATIVE_INFINITY }
  for (let step = 0; step <= steps; step++) {
    const limit = from * (to / from) ** (step / steps)
    for (const steepness of steepnesses) {
      const likelihood = counts.reduce((sum, { ratePerSecond, arrivals, bad }) => {
        const mean = Math.min(arrivals, arrivals * allowed * (ratePerSecond / limit) ** steepness)
        return sum + bad * Math.log(mean) - mean
      }, 0)
      if (likelihood > best.likelihood) best = { limit, likelihood }
    }
  }
  return best.limit
}
