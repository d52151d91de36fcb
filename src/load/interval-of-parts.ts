// What all workers tell of a second → the interval of the run.

import type { LoadInterval, OutcomeCounts } from '../events.ts'
import { encode, together } from './encoded-histogram.ts'
import { addFailures } from './failures.ts'
import { createHistogram, type Histogram, percentiles } from './histogram.ts'
import type { SecondBooks } from './intervals.ts'

/**
 * @param parts of the same second, at least one
 * @param scratch what it holds is gone; kept by whoever makes one interval after the other, see `together`
 */
export function intervalOf(parts: readonly SecondBooks[], scratch = createHistogram()): LoadInterval {
  const inAll = (of: (part: SecondBooks) => string): Histogram => together(parts.map(of), scratch)
  const service = percentiles(inAll((part) => part.service))
  const lag = percentiles(inAll((part) => part.lag))
  const response = inAll((part) => part.response)
  return {
    second: parts[0]!.second,
    scheduled: parts.reduce((sum, { scheduled }) => sum + scheduled, 0),
    outcomes: addCounts(parts.map(({ outcomes }) => outcomes)),
    requests: addPerRequest(parts),
    responseMs: percentiles(response),
    serviceMs: service,
    lagMs: lag,
    responseHistogram: parts.length === 1 ? parts[0]!.response : encode(response),
    ...(parts.some(({ perRequest }) => perRequest !== undefined) && {
      requestHistograms: perRequestOf(parts, scratch),
    }),
    ...(parts.some(({ failures }) => failures !== undefined) && {
      failures: addFailures(parts.map(({ failures = [] }) => failures)),
    }),
  }
}

function perRequestOf(parts: readonly SecondBooks[], scratch: Histogram): Record<string, string> {
  const names = new Set(parts.flatMap(({ perRequest }) => Object.keys(perRequest ?? {})))
  return Object.fromEntries(
    [...names].map((name) => [
      name,
      encode(
        together(
          parts.flatMap(({ perRequest }) => perRequest?.[name] ?? []),
          scratch,
        ),
      ),
    ]),
  )
}

function addPerRequest(parts: readonly SecondBooks[]): Record<string, OutcomeCounts> {
  const names = new Set(parts.flatMap(({ requests }) => Object.keys(requests)))
  return Object.fromEntries(
    [...names].map((name) => [name, addCounts(parts.map(({ requests }) => requests[name] ?? {}))]),
  )
}

function addCounts(counts: readonly OutcomeCounts[]): OutcomeCounts {
  const sum: OutcomeCounts = {}
  for (const one of counts) {
    for (const [outcome, times] of Object.entries(one) as [keyof OutcomeCounts, number][]) {
      sum[outcome] = (sum[outcome] ?? 0) + times
    }
  }
  return sum
}
