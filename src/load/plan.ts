// What a load run is asked to do, checked before anything is sent.

import { errors } from '../errors.ts'
import type { Scenario } from './scenario.ts'
import type { Threshold } from './thresholds.ts'

export interface LoadPlan {
  target: { url: string } | { baseUrl: string; scenario: Scenario }
  ratePerSecond: number
  durationMs: number
  /** From the intended start of an arrival; 10 s if not said. */
  timeoutMs?: number
  /** Arrivals begun but not ended; more are dropped. If not said: min(10,000, 2 × rate × timeout). */
  maxInFlight?: number
  /** Connections at most; arrivals beyond them queue. 1,000 if not said. */
  connections?: number
  /** For the order of requests. */
  seed?: number
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
  maxInFlight: number
  maxConnections: number
}

const defaultTimeoutMs = 10_000
const defaultConnections = 1000
const maxRate = 1_000_000
const maxDurationMs = 7 * 24 * 3_600_000

/** Throws `bad-value` for a schedule that makes no sense. */
export function limitsOf(plan: LoadPlan): Limits {
  const { ratePerSecond, durationMs, timeoutMs = defaultTimeoutMs } = plan
  check(
    ratePerSecond > 0 && ratePerSecond <= maxRate,
    '--rps',
    ratePerSecond,
    'a rate above 0 and up to 1000000',
  )
  check(
    durationMs > 0 && durationMs <= maxDurationMs,
    '--duration',
    `${durationMs}ms`,
    'a time above 0 and up to 7 days',
  )
  check(timeoutMs > 0 && timeoutMs <= 3_600_000, '--timeout', `${timeoutMs}ms`, 'a time above 0 and up to 1h')
  const arrivals = Math.round((ratePerSecond * durationMs) / 1000)
  check(
    arrivals >= 1,
    '--duration',
    `${durationMs}ms`,
    `at least ${Math.ceil(500 / ratePerSecond)}ms at this rate, for one arrival`,
  )
  const maxInFlight =
    plan.maxInFlight ?? Math.min(10_000, Math.max(1, Math.ceil((2 * ratePerSecond * timeoutMs) / 1000)))
  check(isCount(maxInFlight), '--max-in-flight', maxInFlight, 'a whole number from 1 to 1000000')
  const connections = plan.connections ?? defaultConnections
  check(isCount(connections), '--connections', connections, 'a whole number from 1 to 1000000')
  return { timeoutMs, maxInFlight, maxConnections: Math.min(connections, maxInFlight) }
}

/** Throws `target-invalid`. */
export function targetOf(plan: LoadPlan): LoadTarget {
  const text = 'url' in plan.target ? plan.target.url : plan.target.baseUrl
  if (!URL.canParse(text)) throw errors.targetInvalid(text, 'it is no URL')
  const url = new URL(text)
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw errors.targetInvalid(text, `msvc speaks http and https, not ${url.protocol.slice(0, -1)}`)
  }
  if (url.username !== '' || url.password !== '') {
    throw errors.targetInvalid(text, 'credentials do not belong into a URL; use an authorization header')
  }
  if (url.port === '0') throw errors.targetInvalid(text, 'no server listens on port 0')
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

const isCount = (value: number): boolean => Number.isInteger(value) && value >= 1 && value <= 1_000_000

function check(isFine: boolean, what: string, value: number | string, expected: string): void {
  if (!isFine) throw errors.badValue(what, String(value), expected)
}
