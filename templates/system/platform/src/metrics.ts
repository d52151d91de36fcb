// What a service counts, as Prometheus text. Names follow what circuit breakers publish elsewhere,
// and Prometheus' own `process_` conventions. Labels hold names, never URLs or ids.

import { monitorEventLoopDelay } from 'node:perf_hooks'
import type { Breaker, BreakerStateName } from './breaker.ts'

export interface Metrics {
  /** One request that was answered. */
  countRequest(status: number, durationMs: number): void
  text(breakers: Breaker[]): string
  close(): void
}

const boundsMs = [1, 2.5, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000]
const states: BreakerStateName[] = ['closed', 'open', 'half_open', 'forced_open', 'disabled']

export function createMetrics(): Metrics {
  const byStatus = new Map<number, number>()
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
    text: (breakers) =>
      [...requestLines(), ...breakers.flatMap(breakerLines), ...processLines(), ''].join('\n'),
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

function breakerLines(breaker: Breaker): string[] {
  const { name, state, failureRate, slowRate, openRemainingMs } = breaker.snapshot()
  return [
    ...states.map(
      (each) => `circuit_breaker_state{name="${name}",state="${each}"} ${each === state ? 1 : 0}`,
    ),
    ...Object.entries(breaker.counts).map(
      ([outcome, count]) => `circuit_breaker_calls_total{name="${name}",outcome="${outcome}"} ${count}`,
    ),
    `circuit_breaker_failure_ratio{name="${name}"} ${failureRate}`,
    `circuit_breaker_slow_ratio{name="${name}"} ${slowRate}`,
    `circuit_breaker_open_remaining_seconds{name="${name}"} ${openRemainingMs / 1000}`,
  ]
}
