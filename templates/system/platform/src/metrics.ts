// What a service counts, as Prometheus text. Names of what guards the calls are in telemetry-names.ts;
// the others follow Prometheus' own `http_` and `process_` conventions.

import { monitorEventLoopDelay } from 'node:perf_hooks'
import type { BreakerStateName } from './breaker.ts'
import type { Breakers, GuardedEdge, TransitionCount } from './breakers.ts'
import { metricNames } from './telemetry-names.ts'

export interface Metrics {
  /** One request that was answered. */
  countRequest(status: number, durationMs: number): void
  /** Read whenever somebody asks. */
  add(measure: Measure): void
  text(breakers: Breakers): string
  close(): void
}

export interface Measure {
  name: string
  kind: 'counter' | 'gauge'
  read(): Sample[]
}

export interface Sample {
  labels?: Record<string, string>
  value: number
}

const boundsMs = [1, 2.5, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000]
const states: BreakerStateName[] = ['closed', 'open', 'half_open', 'forced_open', 'disabled']

export function createMetrics(): Metrics {
  const byStatus = new Map<number, number>()
  const measures: Measure[] = []
  const buckets = boundsMs.map(() => 0)
  let requests = 0
  let totalMs = 0
  const loopDelay = monitorEventLoopDelay({ resolution: 20 })
  loopDelay.enable()

  return {
    countRequest(status, durationMs) {
      byStatus.set(status, (byStatus.get(status) ?? 0) + 1)
      requests += 1
      totalMs += durationMs
      const index = boundsMs.findIndex((bound) => durationMs <= bound)
      if (index !== -1) buckets[index] = (buckets[index] ?? 0) + 1
    },
    add: (measure) => void measures.push(measure),
    text: (breakers) =>
      [...requestLines(), ...edgeLines(breakers), ...measures.flatMap(linesOf), ...processLines(), ''].join(
        '\n',
      ),
    close: () => loopDelay.disable(),
  }

  function requestLines(): string[] {
    let below = 0
    return [
      '# TYPE http_server_requests_total counter',
      ...[...byStatus].map(([status, count]) => `http_server_requests_total{status="${status}"} ${count}`),
      '# TYPE http_server_request_duration_seconds histogram',
      ...boundsMs.map((bound, index) => {
        below += buckets[index] ?? 0
        return `http_server_request_duration_seconds_bucket{le="${bound / 1000}"} ${below}`
      }),
      `http_server_request_duration_seconds_bucket{le="+Inf"} ${requests}`,
      `http_server_request_duration_seconds_sum ${totalMs / 1000}`,
      `http_server_request_duration_seconds_count ${requests}`,
    ]
  }

  function processLines(): string[] {
    const { user, system } = process.cpuUsage()
    const lines = [
      '# TYPE process_cpu_seconds_total counter',
      `process_cpu_seconds_total ${(user + system) / 1e6}`,
      '# TYPE process_resident_memory_bytes gauge',
      `process_resident_memory_bytes ${process.memoryUsage.rss()}`,
      '# TYPE process_start_time_seconds gauge',
      `process_start_time_seconds ${performance.timeOrigin / 1000}`,
      '# TYPE nodejs_eventloop_delay_p99_seconds gauge',
      `nodejs_eventloop_delay_p99_seconds ${loopDelay.percentile(99) / 1e9}`,
    ]
    loopDelay.reset()
    return lines
  }
}

const linesOf = ({ name, kind, read }: Measure): string[] => [
  `# TYPE ${name} ${kind}`,
  ...read().map(({ labels, value }) => `${name}${labelText(labels)} ${value}`),
]

const labelText = (labels: Record<string, string> = {}): string => {
  const pairs = Object.entries(labels).map(([label, value]) => `${label}="${value}"`)
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`
}

const kinds: Record<keyof typeof metricNames, 'counter' | 'gauge'> = {
  state: 'gauge',
  calls: 'counter',
  transitions: 'counter',
  failureRatio: 'gauge',
  slowRatio: 'gauge',
  openRemaining: 'gauge',
  retryAttempts: 'counter',
  retryBudget: 'gauge',
  bulkheadInFlight: 'gauge',
  bulkheadLimit: 'gauge',
  bulkheadRejected: 'counter',
}

type Samples = Record<keyof typeof metricNames, string[]>

/** All samples of one name stand together, as the text format asks for. */
function edgeLines(breakers: Breakers): string[] {
  const samples = [
    ...breakers.edges().map((edge) => samplesOf(edge)),
    { transitions: breakers.transitionCounts().map(transitionSample) },
  ]
  return (Object.keys(metricNames) as (keyof Samples)[]).flatMap((key) => [
    `# TYPE ${metricNames[key]} ${kinds[key]}`,
    ...samples
      .flatMap((each: Partial<Samples>) => each[key] ?? [])
      .map((text) => `${metricNames[key]}${text}`),
  ])
}

function samplesOf({ name, breaker, bulkhead, budget }: GuardedEdge): Partial<Samples> {
  const { state, failureRate, slowRate, openRemainingMs } = breaker.snapshot()
  const edge = `{name="${name}"}`
  return {
    state: states.map((each) => `{name="${name}",state="${each}"} ${each === state ? 1 : 0}`),
    calls: Object.entries(breaker.counts).map(([outcome, n]) => `{name="${name}",outcome="${outcome}"} ${n}`),
    failureRatio: [`${edge} ${failureRate}`],
    slowRatio: [`${edge} ${slowRate}`],
    openRemaining: [`${edge} ${openRemainingMs / 1000}`],
    retryAttempts: [`${edge} ${budget.retries}`],
    retryBudget: [`${edge} ${budget.remaining(performance.now())}`],
    bulkheadInFlight: [`${edge} ${bulkhead.inFlight}`],
    bulkheadLimit: [`${edge} ${bulkhead.limit}`],
    bulkheadRejected: [`${edge} ${bulkhead.rejected}`],
  }
}

const transitionSample = ({ name, from, to, count }: TransitionCount): string =>
  `{name="${name}",from="${from}",to="${to}"} ${count}`
