// May the numbers be trusted? Judges the generator, not the target, and names what could not keep up.

import type { Limits } from './plan.ts'
import type { LoadVerdict } from '../system/load-report.ts'
import type { Outcome, OutcomeCounts, Percentiles } from '../events.ts'

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
  limits: Limits
  /** One a second in which there were arrivals; milliseconds. */
  seconds: readonly { lagP99: number }[]
  /** Share of the time in garbage collection. */
  gcShare?: number
  pool?: PoolSigns
}

/** How the arrivals fared for connections; milliseconds. */
export interface PoolSigns {
  /** Open at once. */
  peak: number
  /** By whoever asked for the run, and not by msvc. */
  isLimitChosen: boolean
  /** Half of the arrivals waited no longer for one. */
  waitP50: number | null
  /** The quickest arrival that ended ok: of those before any had to wait. */
  quickestMs: number | null
  /** Half of the arrivals were over so soon, once their request was out. */
  serviceP50: number | null
}

export interface Diagnosis {
  verdict: LoadVerdict
  reasons: string[]
  limit: string | null
}

/** 1 % of the arrivals later than this, and the generator was late, however slow the target was. */
export const tolerableLagMs = 10
/** Of the seconds: more of them late, and the run is not valid, whatever its percentiles say. */
const tolerableLateSeconds = 0.1
const saturatedThread = 0.85
const crowdedRunQueue = 0.1
const heavyCollection = 0.05

export function diagnose(signs: Signs): Diagnosis {
  const exhausted = [...signs.localLimits].map(([code, times]) => `${code} (${times} times)`)
  const late = lateness(signs)
  // A loop that waits for a core counts as busy; only the rest is its own work.
  const isSaturated = signs.eventLoopUtilization - (signs.runQueueWait ?? 0) >= saturatedThread
  const short = shortage(signs)
  const isOurs = short !== null && signs.pool?.isLimitChosen !== true
  const isLimited = exhausted.length > 0 || (late.length > 0 && isSaturated) || isOurs
  return {
    verdict: isLimited ? 'generator-limited' : late.length > 0 ? 'noisy' : 'valid',
    reasons: [
      ...(exhausted.length > 0 ? [`this machine ran out of ${exhausted.join(', ')}`] : []),
      ...(short === null ? [] : [short]),
      ...late,
      ...(late.length > 0 ? causes(signs, isSaturated) : rareLateness(signs)),
      ...(signs.isInterrupted ? [`the run was ended after ${(signs.elapsedMs / 1000).toFixed(1)} s`] : []),
    ],
    limit: isLimited && !isOurs ? generatorLimit(signs) : targetLimit(signs, { isShort: short !== null }),
  }
}

/**
 * In which way the generator was late, if it was: in the whole run, or in more seconds than chance explains,
 * which a burst of arrivals in the punctual ones would hide.
 */
function lateness({ lagMs, seconds }: Signs): string[] {
  const reasons: string[] = []
  const lagP99 = lagMs.p99 ?? 0
  if (lagP99 > tolerableLagMs) {
    reasons.push(
      `1 % of the arrivals were sent ${lagP99.toFixed(1)} ms late or later, by the generator itself`,
    )
  }
  const late = seconds.filter((second) => second.lagP99 > tolerableLagMs)
  if (late.length > Math.max(1, seconds.length * tolerableLateSeconds)) {
    const worst = Math.max(...late.map((second) => second.lagP99))
    reasons.push(
      `the generator was late in ${late.length} of ${seconds.length} seconds, 1 % of their arrivals by up to ${worst.toFixed(1)} ms`,
    )
  }
  return reasons
}

/** More than this many times the quickest answer, and the target is slower for what it is asked at once. */
const slowerForIt = 2

/**
 * Whether connections were what lacked: all were busy, arrivals waited for one, and the target answered each request as
 * quickly as the first. It would have answered more of them over more connections.
 */
function shortage({ pool, limits }: Signs): string | null {
  if (pool === undefined || pool.peak < limits.maxConnections) return null
  const { waitP50, quickestMs, serviceP50 } = pool
  if (waitP50 === null || quickestMs === null || serviceP50 === null) return null
  if (waitP50 <= tolerableLagMs || serviceP50 > slowerForIt * quickestMs) return null
  return `half of the arrivals waited ${waitP50.toFixed(0)} ms or longer for one of ${limits.maxConnections} connections, while the target answered as quickly as ever (${serviceP50.toFixed(1)} ms)`
}

/** Too rare to spoil the run, but the rarest percentiles hold it. */
function rareLateness({ lagMs }: Signs): string[] {
  const { p999, max } = lagMs
  if (p999 === null || max === null || p999 <= tolerableLagMs) return []
  return [
    `1 in 1,000 arrivals was sent ${p999.toFixed(1)} ms late or later (at most ${max.toFixed(1)} ms): p99.9 and max hold that too`,
  ]
}

function causes({ eventLoopUtilization, runQueueWait, gcShare = 0 }: Signs, isSaturated: boolean): string[] {
  const wait = runQueueWait ?? 0
  return [
    isSaturated ? `the generator's thread was busy ${percent(eventLoopUtilization)} of the time` : '',
    wait >= crowdedRunQueue
      ? `it waited for a core ${percent(wait)} of the time: other programs took them`
      : '',
    gcShare >= heavyCollection ? `it collected garbage ${percent(gcShare)} of the time` : '',
  ].filter((cause) => cause !== '')
}

const generatorLimit = ({ achievedRate }: Signs): string =>
  `msvc itself could not send more than about ${Math.round(achievedRate)} arrivals/s here`

/** Names the limit when a part of the arrivals never got an answer because the target, or the way to it, was too slow. */
function targetLimit(
  { outcomes, elapsedMs, schedule, limits }: Signs,
  { isShort }: { isShort: boolean },
): string | null {
  const { timeout = 0, dropped = 0, shed = 0 } = outcomes
  const starved = timeout + dropped + shed
  const answered = (outcomes.ok ?? 0) + (outcomes['http-error'] ?? 0) + (outcomes['check-failed'] ?? 0)
  if (answered === 0 && starved === 0) return unansweredLimit(outcomes)
  if (starved === 0 && !isShort) return null
  const rate = Math.round((answered * 1000) / Math.max(1, elapsedMs))
  const parts = [
    timeout > 0 ? `${timeout} arrivals timed out after ${limits.timeoutMs} ms` : '',
    shed > 0 ? `${shed} waited ${limits.deadlineMs} ms for one of ${limits.maxConnections} connections` : '',
    dropped > 0 ? `${dropped} were dropped at ${limits.maxInFlight} in flight` : '',
  ].filter((part) => part !== '')
  if (answered === 0) return `target does not answer: ${parts.join(', ')}`
  // A stall or a fault in passing is no limit of what the target can do.
  const isSaturated = starved > 0.01 * schedule.arrivals && rate < 0.95 * schedule.ratePerSecond
  const lacked = isShort
    ? `${limits.maxConnections} connections were too few (--connections allows more)`
    : isSaturated
      ? 'target saturated'
      : 'target fell behind for a while'
  return `${lacked}: ${[`answered about ${rate} rps`, parts.join(', ')].filter((part) => part !== '').join('; ')}`
}

/** As when nobody listens: the accounts are right, and say nothing about a target. */
function unansweredLimit(outcomes: OutcomeCounts): string | null {
  const counts = Object.entries(outcomes)
    .filter(([outcome]) => outcome !== 'unfinished')
    .toSorted(([, one], [, other]) => other - one)
  if (counts.length === 0) return null
  const told = counts.map(([outcome, times]) => `${times} ${outcome}`).join(', ')
  const hint = hints.find(([outcome]) => outcomes[outcome] !== undefined)?.[1]
  return `no arrival was answered: ${told}${hint === undefined ? '' : `; ${hint}`}`
}

const hints: readonly [Outcome, string][] = [
  ['refused', 'does anything listen there?'],
  ['tls', 'does it speak TLS, with a certificate that is trusted here (--insecure takes any)?'],
  ['protocol-error', 'does it speak the HTTP that it was asked in?'],
]

const percent = (share: number): string => `${(share * 100).toFixed(0)} %`
