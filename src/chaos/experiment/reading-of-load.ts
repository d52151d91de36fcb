// A load probe over some seconds of load → its value, whether it is within its limits, and that in words.

import type { LoadInterval, OutcomeCounts } from '../../events.ts'
import type { Limit, LoadProbe, Metric } from './experiment.ts'

/** A percentile of all these encoded histograms together, in ms; null when they are empty. Handed in: load knows how. */
export type QuantileMs = (histograms: readonly string[], fraction: number) => number | null

/** Seconds of the schedule: from the first to before the last. */
export interface Seconds {
  from: number
  to: number
}

export interface LoadReading {
  /** null: nothing arrived, which is never within a limit. */
  value: number | null
  text: string
}

export const secondsIn = (seconds: readonly LoadInterval[], { from, to }: Seconds): LoadInterval[] =>
  seconds.filter(({ second }) => second >= from && second < to)

export function readMetric(
  { metric, requests }: Pick<LoadProbe, 'metric' | 'requests'>,
  seconds: readonly LoadInterval[],
  quantileMs: QuantileMs,
): LoadReading {
  const counts = seconds.flatMap((second) => countsOf(second, requests))
  const all = counts.reduce((sum, one) => sum + total(one), 0)
  const ok = counts.reduce((sum, one) => sum + (one.ok ?? 0), 0)
  if (all === 0) return { value: null, text: 'nothing arrived' }
  switch (metric.kind) {
    case 'success_rate':
      return { value: ok / all, text: `${percent(ok / all)} ok, ${all - ok} of ${all} not` }
    case 'rate':
      return { value: ok / seconds.length, text: `${round(ok / seconds.length)} ok answers a second` }
    case 'latency': {
      const value = quantileMs(
        seconds.flatMap((second) => histogramsOf(second, requests)),
        metric.fraction,
      )
      return { value, text: value === null ? 'nothing was answered' : `${metric.name} ${round(value)} ms` }
    }
  }
}

/** How late the generator itself took an arrival up, at worst. */
export const latenessMs = (seconds: readonly LoadInterval[]): number =>
  Math.max(0, ...seconds.map(({ lagMs }) => lagMs.max ?? 0))

/** @param baseline what the probe showed before the first fault; null while that is not known */
export function isWithin(
  { min, max }: Pick<LoadProbe, 'min' | 'max'>,
  value: number | null,
  baseline: number | null,
): boolean {
  if (value === null) return false
  const resolve = (limit: Limit): number | null =>
    limit.kind === 'absolute'
      ? limit.value
      : baseline === null
        ? null
        : baseline * limit.times + (limit.plus ?? 0)
  const low = min && resolve(min)
  const high = max && resolve(max)
  return (low == null || value >= low) && (high == null || value <= high)
}

/** `, 7 ms before`: what a limit that depends on it was taken from. */
export function baselineText(
  { metric, min, max }: Pick<LoadProbe, 'metric' | 'min' | 'max'>,
  baseline: number | null,
): string {
  const isNeeded = [min, max].some((limit) => limit?.kind === 'of-baseline')
  return isNeeded && baseline !== null ? `, ${valueText(metric, baseline)} before` : ''
}

/** `at least 99 %, at most 1.5 × the baseline` */
export function limitsText({ metric, min, max }: Pick<LoadProbe, 'metric' | 'min' | 'max'>): string {
  const text = (limit: Limit): string =>
    limit.kind === 'absolute'
      ? valueText(metric, limit.value)
      : `${limit.times} × the baseline${limit.plus === undefined ? '' : ` + ${limit.plus} ms`}`
  return [min && `at least ${text(min)}`, max && `at most ${text(max)}`].filter(Boolean).join(', ')
}

function valueText(metric: Metric, value: number): string {
  if (metric.kind === 'success_rate') return `${percent(value)} ok`
  return metric.kind === 'latency' ? `${metric.name} ${round(value)} ms` : `${round(value)} a second`
}

const countsOf = (
  { outcomes, requests: own }: LoadInterval,
  names: readonly string[] | null,
): OutcomeCounts[] => (names === null ? [outcomes] : names.flatMap((name) => own[name] ?? []))

const histogramsOf = (
  { responseHistogram, requestHistograms = {} }: LoadInterval,
  names: readonly string[] | null,
): string[] => (names === null ? [responseHistogram] : names.flatMap((name) => requestHistograms[name] ?? []))

const total = (counts: OutcomeCounts): number => Object.values(counts).reduce((sum, count) => sum + count, 0)

/** Never rounded up to 100: `99.99 %` with one failure in a million. */
function percent(share: number): string {
  const text = (Math.floor(share * 10_000) / 100).toFixed(2)
  return `${text.replace(/\.?0+$/, '')} %`
}

const round = (value: number): string => String(Number(value.toPrecision(3)))
