// A second of load, from its times and outcomes.

import type { LoadInterval, OutcomeCounts } from '../../src/events.ts'
import { encode } from '../../src/load/encoded-histogram.ts'
import { createHistogram, percentiles, recordMs } from '../../src/load/histogram.ts'

const none = { p50: null, p90: null, p99: null, p999: null, max: null }

export function interval(
  second: number,
  times: readonly number[],
  outcomes: OutcomeCounts = { ok: times.length },
): LoadInterval {
  const response = createHistogram()
  for (const time of times) recordMs(response, time)
  const scheduled = Object.values(outcomes).reduce((sum, count) => sum + count, 0)
  const figures = { responseMs: percentiles(response), serviceMs: none, lagMs: none }
  return { second, scheduled, outcomes, requests: {}, ...figures, responseHistogram: encode(response) }
}
