// What a run has to reach, as people write it: `p99<200ms`, `errors<1%`, `rps>9990`, `p99{place order}<300ms`,
// `p99@peak<1s`.
//
// A failed arrival counts as infinitely slow: a target that sheds load cannot pass by answering the rest
// quickly. A run that is not valid as a measurement passes nothing.

import { errors, type Place, UserError } from '../errors.ts'
import { type OutcomeCounts, outcomes, type Outcome } from '../events.ts'
import { parseDuration } from '../system/duration.ts'
import type { ThresholdResult } from '../system/load-report.ts'
import { countOf, type Histogram, meanMs, quantileUs } from './histogram.ts'

export interface Threshold {
  /** As it was written, without spaces at the ends. */
  expression: string
  metric: Metric
  /** Name of a request; null: of the whole run. */
  request: string | null
  /** Name of a phase of the schedule; null: the whole run. */
  phase: string | null
  comparison: Comparison
  limit: number
  unit: ThresholdResult['unit']
  /** Where it stands, when a file has it. */
  place?: Place
}

export type Metric =
  | { kind: 'quantile'; fraction: number }
  | { kind: 'mean' }
  /** Arrivals that ended in one of these. */
  | { kind: 'ended'; as: readonly Outcome[] }
  | { kind: 'sent-rate' }
  | { kind: 'ok-rate' }

type Comparison = '<' | '<=' | '>' | '>='

const failed = outcomes.filter((outcome) => outcome !== 'ok')
const shape = /^([a-z][\w.-]*?)\s*(?:\{([^{}]+)\})?\s*(?:@([\w.-]+))?\s*(<=|>=|<|>)\s*(\S+)$/i
const expected =
  "something like 'p99<200ms', 'errors<1%', 'rps>9990', 'ok-rps>9900', 'timeout<10', 'p99{place order}<300ms' or 'p99@stage2<1s'"

/** Throws `bad-value`, saying what is not understood. */
export function parseThreshold(text: string, what = '--threshold'): Threshold {
  const expression = text.trim()
  const [, name = '', request, phase, comparison = '', limit = ''] = shape.exec(expression) ?? []
  const metric = metricOf(name.toLowerCase())
  const fail = (wanted: string): never => {
    throw errors.badValue(what, text, wanted)
  }
  if (metric === undefined) return fail(expected)
  if (metric.kind === 'sent-rate' && (request !== undefined || phase !== undefined))
    return fail('rps of the whole run; the rate of a request or a phase is ok-rps{name} or ok-rps@phase')
  return {
    expression,
    metric,
    request: request?.trim() ?? null,
    phase: phase ?? null,
    comparison: comparison as Comparison,
    ...limitOf(metric, limit, fail),
  }
}

function metricOf(name: string): Metric | undefined {
  const percentile = /^p(\d{1,2}(?:\.\d+)?|999|9999)$/.exec(name)?.[1]
  // p999 is how dashboards write 99.9.
  if (percentile !== undefined && Number(percentile) > 0) {
    const percent = percentile.startsWith('999') ? Number(`99.${percentile.slice(2)}`) : Number(percentile)
    return { kind: 'quantile', fraction: percent / 100 }
  }
  if (name === 'max') return { kind: 'quantile', fraction: 1 }
  if (name === 'mean' || name === 'avg') return { kind: 'mean' }
  if (name === 'errors') return { kind: 'ended', as: failed }
  if (name === 'rps') return { kind: 'sent-rate' }
  if (name === 'ok-rps') return { kind: 'ok-rate' }
  const outcome = outcomes.find((one) => one === name)
  return outcome === undefined ? undefined : { kind: 'ended', as: [outcome] }
}

function limitOf(
  metric: Metric,
  text: string,
  fail: (wanted: string) => never,
): Pick<Threshold, 'limit' | 'unit'> {
  const number = /^(\d+(?:_\d+)*(?:\.\d+)?)(%?)$/.exec(text)
  const value = Number(number?.[1]?.replaceAll('_', ''))
  switch (metric.kind) {
    case 'quantile':
    case 'mean':
      if (!/^[\d.]+(ms|s|m|h)/.test(text)) return fail('a limit with a unit of time, such as 200ms or 1.5s')
      return { limit: parseDuration(text, 'The limit of a threshold'), unit: 'ms' }
    case 'ended':
      if (number === null) return fail('a share such as 1% or 0.1%, or a number of arrivals such as 10')
      return number[2] === '%' ? { limit: value / 100, unit: 'share' } : { limit: value, unit: 'arrivals' }
    case 'sent-rate':
    case 'ok-rate':
      if (number === null || number[2] === '%') return fail('a number of arrivals per second, such as 9990')
      return { limit: value, unit: 'per-second' }
  }
}

/** What is judged: the whole run, or one of its requests. */
export interface Judged {
  outcomes: OutcomeCounts
  /** Response times of the arrivals that ended ok. */
  okResponse: Histogram
}

/** All of it, and each request. */
interface JudgedPart extends Judged {
  requests: readonly (Judged & { name: string })[]
  durationMs: number
}

export interface JudgedRun extends JudgedPart {
  /** By name: those that the thresholds are about. */
  phases?: ReadonlyMap<string, JudgedPart>
  /** Arrivals really sent per second. */
  achievedRate: number
  /** False: not valid as a measurement, or interrupted; then nothing is passed. */
  isTrusted: boolean
}

export const judge = (thresholds: readonly Threshold[], run: JudgedRun): ThresholdResult[] =>
  thresholds.map((threshold) => {
    const { expression, request, phase, unit, comparison, limit } = threshold
    const part = phase === null ? run : run.phases?.get(phase)
    const judged = request === null ? part : part?.requests.find(({ name }) => name === request)
    if (part === undefined || judged === undefined)
      throw new Error(`the threshold ${expression} is about an unknown request or phase`)
    const { durationMs } = part
    const value = observe(threshold, judged, { durationMs, achievedRate: run.achievedRate })
    const ok = run.isTrusted && value !== null && compare(value, comparison, limit)
    return { expression, ok, observed: value === null || !Number.isFinite(value) ? null : value, unit }
  })

/** Throws `bad-value` for a threshold about a request that the run does not make. */
export function checkThresholds(thresholds: readonly Threshold[], requests: readonly string[]): void {
  for (const { expression, request } of thresholds) {
    if (request === null || requests.includes(request)) continue
    throw errors.badValue('--threshold', expression, `one of the requests: ${requests.join(', ')}`)
  }
}

/** What `read` refuses about a threshold of a file is refused as `file-invalid`, at its place. */
export function readAt<T>(place: Place | undefined, text: string, read: () => T): T {
  try {
    return read()
  } catch (error) {
    if (!(error instanceof UserError) || place === undefined) throw error
    throw errors.fileInvalid(place, `the threshold ${JSON.stringify(text)} is not understood.`, error.next)
  }
}

/** Infinity: too many failed. null: nothing arrived. */
function observe(
  { metric, unit }: Threshold,
  judged: Judged,
  { durationMs, achievedRate }: { durationMs: number; achievedRate: number },
): number | null {
  const total = arrivalsIn(judged.outcomes)
  const ok = judged.outcomes.ok ?? 0
  switch (metric.kind) {
    case 'quantile':
      return quantileMs(judged, metric.fraction)
    case 'mean':
      return total === 0 ? null : ok < total ? Number.POSITIVE_INFINITY : meanMs(judged.okResponse)
    case 'ended': {
      const count = metric.as.reduce((sum, outcome) => sum + (judged.outcomes[outcome] ?? 0), 0)
      return total === 0 ? null : unit === 'share' ? count / total : count
    }
    case 'sent-rate':
      return achievedRate
    case 'ok-rate':
      return (ok * 1000) / durationMs
  }
}

/**
 * A percentile of all arrivals, of which the failed ones never ended: Infinity when the percentile lies
 * among them, null when there are none at all.
 */
export function quantileMs({ outcomes: counts, okResponse }: Judged, fraction: number): number | null {
  const total = arrivalsIn(counts)
  if (total === 0) return null
  const rank = Math.max(1, Math.ceil(fraction * total - 1e-9))
  const known = countOf(okResponse)
  if (rank > known) return Number.POSITIVE_INFINITY
  // Half a rank less: the quotient is rounded, and must not end up in the next rank.
  return quantileUs(okResponse, (rank - 0.5) / known)! / 1000
}

export const arrivalsIn = (counts: OutcomeCounts): number =>
  Object.values(counts).reduce((sum, count) => sum + count, 0)

function compare(value: number, comparison: Comparison, limit: number): boolean {
  switch (comparison) {
    case '<':
      return value < limit
    case '<=':
      return value <= limit
    case '>':
      return value > limit
    case '>=':
      return value >= limit
  }
}
