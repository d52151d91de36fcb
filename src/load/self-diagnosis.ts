// May the numbers be trusted? Judges the generator, not the target, and names what could not keep up.

import type { LoadVerdict } from '../system/load-report.ts'
import type { OutcomeCounts, Percentiles } from '../events.ts'

export interface Signs {
  schedule: { arrivals: number; ratePerSecond: number; durationMs: number }
  /** How long the run really took, to the end of the last arrival. */
  elapsedMs: number
  isInterrupted: boolean
  outcomes: OutcomeCounts
  achievedRate: number
  responseMs: Percentiles
  lagMs: Percentiles
  eventLoopUtilization: number
  runQueueWait: number | null
  /** What this machine ran out of → how often. */
  localLimits: ReadonlyMap<string, number>
  limits: { timeoutMs: number; maxInFlight: number; maxConnections: number }
}

export interface Diagnosis {
  verdict: LoadVerdict
  reasons: string[]
  limit: string | null
}

/** Lateness below this never matters; above it, only when it is a good part of what was measured. */
const tolerableLagMs = 10
const tolerableShareOfResponse = 0.2
const saturatedLoop = 0.9
const crowdedRunQueue = 0.1

export function diagnose(signs: Signs): Diagnosis {
  const reasons: string[] = []
  const exhausted = [...signs.localLimits].map(([code, times]) => `${code} (${times} times)`)
  if (exhausted.length > 0) reasons.push(`this machine ran out of ${exhausted.join(', ')}`)
  const lagMs = signs.lagMs.p99 ?? 0
  const isLate =
    lagMs > tolerableLagMs &&
    lagMs > tolerableShareOfResponse * (signs.responseMs.p99 ?? Number.POSITIVE_INFINITY)
  const isSaturated = signs.eventLoopUtilization >= saturatedLoop
  if (isLate) {
    reasons.push(
      `1 % of the arrivals were sent ${lagMs.toFixed(1)} ms late or later, by the generator itself`,
    )
    if (isSaturated)
      reasons.push(`the generator's thread was busy ${percent(signs.eventLoopUtilization)} of the time`)
    if ((signs.runQueueWait ?? 0) >= crowdedRunQueue) {
      reasons.push(
        `it waited for a core ${percent(signs.runQueueWait ?? 0)} of the time: other programs took them`,
      )
    }
  }
  const isLimited = exhausted.length > 0 || (isLate && isSaturated)
  if (signs.isInterrupted) reasons.push(`the run was ended after ${(signs.elapsedMs / 1000).toFixed(1)} s`)
  return {
    verdict: isLimited ? 'generator-limited' : isLate ? 'noisy' : 'valid',
    reasons,
    limit: isLimited ? generatorLimit(signs) : targetLimit(signs),
  }
}

const generatorLimit = ({ achievedRate }: Signs): string =>
  `msvc itself could not send more than about ${Math.round(achievedRate)} arrivals/s here`

/** Names the limit when a part of the arrivals never got an answer because the target was too slow. */
function targetLimit({ outcomes, elapsedMs, schedule, limits }: Signs): string | null {
  const { timeout = 0, dropped = 0, shed = 0 } = outcomes
  const starved = timeout + dropped + shed
  if (starved === 0) return null
  const answered = (outcomes.ok ?? 0) + (outcomes['http-error'] ?? 0) + (outcomes['check-failed'] ?? 0)
  const rate = Math.round((answered * 1000) / Math.max(1, elapsedMs))
  const parts = [
    timeout > 0 ? `${timeout} arrivals timed out after ${limits.timeoutMs} ms` : '',
    shed > 0 ? `${shed} waited that long for one of ${limits.maxConnections} connections` : '',
    dropped > 0 ? `${dropped} were dropped at ${limits.maxInFlight} in flight` : '',
  ].filter((part) => part !== '')
  if (answered === 0) return `target does not answer: ${parts.join(', ')}`
  // A stall or a fault in passing is no limit of what the target can do.
  const isSaturated = starved > 0.01 * schedule.arrivals && rate < 0.95 * schedule.ratePerSecond
  return `${isSaturated ? 'target saturated' : 'target fell behind for a while'}: answered about ${rate} rps; ${parts.join(', ')}`
}

const percent = (share: number): string => `${(share * 100).toFixed(0)} %`
