// The summary that `k6 run --summary-export` writes (the legacy shape), for tools that read it.
//
// One difference in meaning: http_req_duration here counts from the intended start, as all our headline
// figures do; k6's leaves out connecting and lateness. In this shape a threshold is `true` when missed.

import type { LoadReport, ThresholdResult } from '../../system/load-report.ts'
import { countOf, type Histogram, meanMs } from '../histogram.ts'
import {
  endedIn,
  failedIn,
  perSecond,
  quantileMsOf,
  type RecordedRun,
  responsesOf,
  smallestMs,
} from './recorded.ts'

export function k6SummaryOf(run: RecordedRun): object {
  const { report } = run
  const { outcomes, thresholds } = report
  const response = responsesOf(run)
  const failed = failedIn(report)
  const ended = endedIn(report)
  const counter = (count: number): object => ({ count, rate: perSecond(count, report) })
  const of = (...metrics: string[]): Pick<Metric, 'thresholds'> => missedOf(thresholds, metrics)
  return {
    root_group: { name: '', path: '', id: 'd41d8cd98f00b204e9800998ecf8427e', groups: {}, checks: {} },
    metrics: {
      http_req_duration: { ...trend(response), ...of('ms') },
      iteration_duration: trend(response),
      http_reqs: { ...counter(countOf(response)), ...of('per-second') },
      iterations: counter(countOf(response)),
      dropped_iterations: counter(outcomes.dropped ?? 0),
      http_req_failed: {
        // A k6 Rate: "passes" are the samples that were true, and true means failed.
        passes: failed,
        fails: ended - failed,
        value: ended === 0 ? 0 : failed / ended,
        ...of('share', 'arrivals'),
      },
      vus_max: gauge(report),
    },
  }
}

interface Metric {
  thresholds?: Record<string, boolean>
}

function missedOf(thresholds: readonly ThresholdResult[], units: readonly string[]): Metric {
  const own = thresholds.filter(({ unit }) => units.includes(unit))
  if (own.length === 0) return {}
  return { thresholds: Object.fromEntries(own.map(({ expression, ok }) => [expression, !ok])) }
}

const trend = (histogram: Histogram): Record<string, number> => ({
  avg: meanMs(histogram) ?? 0,
  min: smallestMs(histogram),
  med: quantileMsOf(histogram, 0.5),
  max: quantileMsOf(histogram, 1),
  'p(90)': quantileMsOf(histogram, 0.9),
  'p(95)': quantileMsOf(histogram, 0.95),
  'p(99)': quantileMsOf(histogram, 0.99),
})

const gauge = ({ generator }: LoadReport): Record<string, number> => ({
  value: generator.connections,
  min: generator.connections,
  max: generator.connections,
})
