// What `vegeta report -type=json` prints: latencies in nanoseconds, the rate, the status codes.
//
// Vegeta's stream of single results cannot be written: a run keeps a histogram per second and no single
// arrival. Bytes are not counted and stand as 0.

import { failureNames } from './failures.ts'
import { meanMs } from '../histogram.ts'
import { sentForMs } from '../report.ts'
import {
  answeredIn,
  endedIn,
  perSecond,
  quantileMsOf,
  type RecordedRun,
  responsesOf,
  smallestMs,
} from './recorded.ts'

/** @param iso epoch milliseconds → RFC 3339 */
export function vegetaReportOf(run: RecordedRun, iso: (at: number) => string): object {
  const { report } = run
  const { startedAt, outcomes, statuses, elapsedMs } = report
  const response = responsesOf(run)
  const ns = (ms: number): number => Math.round(ms * 1e6)
  const requests = endedIn(report)
  const ok = outcomes.ok ?? 0
  const sentMs = sentForMs(report)
  // The last one is due one interval before the time is over.
  const lastMs = requests === 0 ? 0 : sentMs - sentMs / requests
  const endMs = Math.max(elapsedMs, lastMs)
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
    end: iso(startedAt + endMs),
    duration: ns(lastMs),
    wait: ns(endMs - lastMs),
    requests,
    rate: perSecond(requests, report),
    throughput: endMs === 0 ? 0 : (ok * 1000) / endMs,
    success: requests === 0 ? 0 : ok / requests,
    status_codes: { ...statuses, ...unanswered(requests - answeredIn(outcomes)) },
    errors: failureNames(outcomes).filter((outcome) => outcome !== 'unfinished'),
  }
}

/** Vegeta counts what got no answer under status 0. */
const unanswered = (requests: number): Record<string, number> => (requests === 0 ? {} : { 0: requests })
