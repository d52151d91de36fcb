// What a load run is asked to do, checked before anything is sent.

import { errors } from '../errors.ts'
import type { Pacing } from '../ports.ts'
import type { Canaries } from './canaries.ts'
import { rateCurve } from './rate-curve.ts'
import type { Scenario } from './scenario.ts'
import { type Schedule, scheduleOf, type ScheduleShape } from './schedule.ts'
import type { Threshold } from './thresholds.ts'

export interface LoadPlan {
  target: { url: string } | { baseUrl: string; scenario: Scenario }
  /** Constant for the whole duration, if there is no `shape`. */
  ratePerSecond: number
  durationMs: number
  /** Any other schedule; then rate and duration are its own. */
  shape?: ScheduleShape
  /** The generator's threads; 1 if not said. */
  workers?: number
  pacing?: Pacing
  /** From the intended start of an arrival; 10 s if not said. */
  timeoutMs?: number
  /** An arrival that waited longer for a connection is shed; the timeout if not said. */
  deadlineMs?: number
  /** Arrivals begun but not ended; more are dropped. If not said: min(10,000, 2 × rate × timeout). */
  maxInFlight?: number
  /** Connections at most; arrivals beyond them queue. 1,000 if not said. */
  connections?: number
  /** HTTP/2 (with prior knowledge where there is no TLS) instead of HTTP/1.1. */
  http2?: boolean
  /** Take any certificate. */
  insecure?: boolean
  /** The target may have a public address: whoever asks owns it. */
  isOwnTarget?: boolean
  /** For the order of requests. */
  seed?: number
  /** The seconds are told with the response times of each request, for who watches single ones. */
  tellsRequests?: boolean
  /** Arrivals that the target is to record in its traces. */
  canaries?: Canaries
  /** What it has to reach; judged in the report. */
  thresholds?: readonly Threshold[]
  /** The three below belong to a plain target. */
  method?: string
  headers?: Record<string, string>
  body?: string
}

/** Where the load goes: the parts of the URL that a connection and a request need. */
export interface LoadTarget {
  /** As it is shown: without credentials. */
  url: string
  hostname: string
  port: number
  isSecure: boolean
  /** The value of the Host header. */
  host: string
  /** Path and query of a plain target. */
  path: string
  /** What stands before the paths of a scenario; '' for the root. */
  pathPrefix: string
}

export interface Limits {
  timeoutMs: number
  deadlineMs: number
  maxInFlight: number
  maxConnections: number
}

const defaultTimeoutMs = 10_000
const defaultConnections = 1000
const maxRate = 1_000_000
const maxDurationMs = 7 * 24 * 3_600_000
/** They are counted one by one before the run: about two seconds. */
const maxPoissonArrivals = 100_000_000

export const shapeOf = ({ shape, ratePerSecond, durationMs }: LoadPlan): ScheduleShape =>
  shape ?? { kind: 'rate', rate: { kind: 'constant', ratePerSecond, durationMs }, arrivals: { kind: 'even' } }

/** Throws `bad-value` for a schedule that makes no sense. */
export function schedulePlanned(plan: LoadPlan): Schedule {
  const shape = shapeOf(plan)
  if (shape.kind === 'rate') {
    const { peakRate, durationMs, expectedBy } = rateCurve(shape.rate)
    check(isIn(peakRate, 0, maxRate), '--rps', peakRate, 'a rate above 0 and up to 1000000')
    check(
      isIn(durationMs, 0, maxDurationMs),
      '--duration',
      `${durationMs}ms`,
      'a time above 0 and up to 7 days',
    )
    const isCountable = shape.arrivals.kind === 'even' || expectedBy(durationMs) <= maxPoissonArrivals
    check(isCountable, '--arrivals', 'poisson', `at most ${maxPoissonArrivals} arrivals`)
  }
  const schedule = scheduleOf(shape)
  const { durationMs } = schedule
  const isShort = shape.kind === 'rate' || durationMs <= maxDurationMs
  check(isShort, '--replay', `${durationMs}ms`, 'times in milliseconds that lie within 7 days')
  const needed =
    shape.kind === 'rate' && shape.rate.kind === 'constant'
      ? `at least ${Math.ceil(500 / shape.rate.ratePerSecond)}ms at this rate, for one arrival`
      : 'a schedule with at least one arrival'
  check(schedule.arrivals >= 1, '--duration', `${durationMs}ms`, needed)
  return schedule
}

/** Throws `bad-value` for limits that make no sense. */
export function limitsOf(plan: LoadPlan): Limits {
  const { timeoutMs = defaultTimeoutMs } = plan
  check(isIn(timeoutMs, 0, 3_600_000), '--timeout', `${timeoutMs}ms`, 'a time above 0 and up to 1h')
  const deadlineMs = Math.min(plan.deadlineMs ?? timeoutMs, timeoutMs)
  check(deadlineMs > 0, '--deadline', `${deadlineMs}ms`, 'a time above 0')
  const peakRate = peakRateOf(shapeOf(plan))
  const maxInFlight =
    plan.maxInFlight ?? Math.min(10_000, Math.max(1, Math.ceil((2 * peakRate * timeoutMs) / 1000)))
  check(isCount(maxInFlight), '--max-in-flight', maxInFlight, 'a whole number from 1 to 1000000')
  const connections = plan.connections ?? defaultConnections
  check(isCount(connections), '--connections', connections, 'a whole number from 1 to 1000000')
  const { workers = 1 } = plan
  check(
    Number.isInteger(workers) && isIn(workers, 0, 64),
    '--workers',
    workers,
    'a whole number from 1 to 64',
  )
  return { timeoutMs, deadlineMs, maxInFlight, maxConnections: Math.min(connections, maxInFlight) }
}

/** Recorded times have no rate; the most in any second is a good stand-in. */
function peakRateOf(shape: ScheduleShape): number {
  if (shape.kind === 'rate') return rateCurve(shape.rate).peakRate
  const perSecond = new Map<number, number>()
  for (const time of shape.timesMs) {
    const second = Math.floor(time / 1000)
    perSecond.set(second, (perSecond.get(second) ?? 0) + 1)
  }
  return [...perSecond.values()].reduce((most, count) => Math.max(most, count), 1)
}

/** One worker's part of the limits; together they are the whole. */
export function limitsPerWorker(limits: Limits, { index, of }: { index: number; of: number }): Limits {
  const part = (whole: number): number => Math.floor(whole / of) + (index < whole % of ? 1 : 0)
  return { ...limits, maxInFlight: part(limits.maxInFlight), maxConnections: part(limits.maxConnections) }
}

/** A URL that can be loaded. Throws `target-invalid`. */
export function parseTarget(text: string): URL {
  if (!URL.canParse(text)) throw errors.targetInvalid(text, 'it is no URL')
  const url = new URL(text)
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw errors.targetInvalid(text, `msvc speaks http and https, not ${url.protocol.slice(0, -1)}`)
  }
  if (url.username !== '' || url.password !== '') {
    throw errors.targetInvalid(text, 'credentials do not belong into a URL; use an authorization header')
  }
  if (url.port === '0') throw errors.targetInvalid(text, 'no server listens on port 0')
  return url
}

/** Throws `target-invalid`. */
export function targetOf(plan: LoadPlan): LoadTarget {
  const url = parseTarget('url' in plan.target ? plan.target.url : plan.target.baseUrl)
  const isSecure = url.protocol === 'https:'
  return {
    url: `${url.origin}${'url' in plan.target ? url.pathname + url.search : url.pathname.replace(/\/$/, '')}`,
    hostname: url.hostname.replace(/^\[|\]$/g, ''),
    port: url.port === '' ? (isSecure ? 443 : 80) : Number(url.port),
    isSecure,
    host: url.host,
    path: url.pathname + url.search,
    pathPrefix: 'url' in plan.target ? '' : url.pathname.replace(/\/$/, ''),
  }
}

/** Above `low`, up to `high`. */
const isIn = (value: number, low: number, high: number): boolean => value > low && value <= high

const isCount = (value: number): boolean => Number.isInteger(value) && value >= 1 && value <= 1_000_000

function check(isFine: boolean, what: string, value: number | string, expected: string): void {
  if (!isFine) throw errors.badValue(what, String(value), expected)
}
