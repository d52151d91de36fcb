// What `vegeta report -type=json` prints: latencies in nanoseconds, the rate, the status codes.
//
// Vegeta's stream of single results cannot be written: a run keeps a histogram per second and no single
// arrival. Bytes are not counted and stand as 0.

import { failureNames } from './failures.ts'
import { meanMs } from '../histogram.ts'
import { quantileMsOf, type RecordedRun, responsesOf, smallestMs } from './recorded.ts'

/** @param iso epoch milliseconds → RFC 3339 */
export function vegetaReportOf(run: RecordedRun, iso: (at: number) => string): object {
  const { startedAt, schedule, outcomes, statuses } = run.report
  const response = responsesOf(run)
  const ns = (ms: number): number => Math.round(ms * 1e6)
  const seconds = schedule.durationMs / 1000
  const lastMs = ((schedule.arrivals - 1) * 1000) / schedule.ratePerSecond
  const ok = outcomes.ok ?? 0
  const none = { total: 0, mean: 0 }
  return {
    latencies: {
      total: ns(response.summary[1]! / 1000),
      mean: ns(meanMs(response) ?? 0),
      '50th': ns(quantileMsOf(response, 0.5)),
      '90th': ns(quantileMsOf(response, 0.9)),
      '95th': ns(quantileMsOf(response, 0.95)),
      '99th': ns(quantileMsOf(response, 0.99)),
      max: ns(quantileMsOf(response, 1)),
      min: ns(smallestMs(response)),
    },
    bytes_in: none,
    bytes_out: none,
    earliest: iso(startedAt),
    latest: iso(startedAt + lastMs),
    end: iso(startedAt + schedule.durationMs),
    duration: ns(lastMs),
    wait: ns(schedule.durationMs - lastMs),
    requests: schedule.arrivals,
    rate: schedule.ratePerSecond,
    throughput: ok / seconds,
    success: ok / schedule.arrivals,
    status_codes: { ...statuses, ...unanswered(run) },
    errors: failureNames(outcomes),
  }
}

/** Vegeta counts what got no answer under status 0. */
function unanswered({ report: { schedule, statuses } }: RecordedRun): Record<string, number> {
  const answered = Object.values(statuses).reduce((sum, count) => sum + count, 0)
  return answered === schedule.arrivals ? {} : { 0: schedule.arrivals - answered }
}
