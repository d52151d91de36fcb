// What breakers, policies, outboxes and tracing itself are called in metrics and spans, in one place. There is no
// convention of OpenTelemetry for breakers yet (semantic-conventions issue 2355); these follow its draft where it has one.
//
// Labels hold names of edges, never URLs or ids: each value is a time series for ever.

/** Prometheus takes underscores, and `_total` for what only grows. */
export const metricNames = {
  /** {name, state}: 1 for the state it is in, 0 for the others. */
  state: 'circuit_breaker_state',
  /** {name, outcome: success|failure|ignored|rejected|stale} */
  calls: 'circuit_breaker_calls_total',
  /** {name, from, to} */
  transitions: 'circuit_breaker_transitions_total',
  failureRatio: 'circuit_breaker_failure_ratio',
  slowRatio: 'circuit_breaker_slow_ratio',
  openRemaining: 'circuit_breaker_open_remaining_seconds',
  retryAttempts: 'resilience_retry_attempts_total',
  retryBudget: 'resilience_retry_budget_remaining',
  bulkheadInFlight: 'resilience_bulkhead_in_flight',
  bulkheadLimit: 'resilience_bulkhead_limit',
  bulkheadRejected: 'resilience_bulkhead_rejected_total',
} as const

/** A service's log of events, which others follow, and how far a follower is; the difference is its lag. */
export const outboxNames = {
  /** Of the newest event in the log. */
  position: 'outbox_position',
  /** Up to where the follower has written down what follows from it. */
  checkpoint: 'outbox_checkpoint_position',
  /** Work that has been promised and is not done. */
  pending: 'outbox_pending',
  deadLetters: 'outbox_dead_letters',
} as const

export const telemetryNames = {
  /** {fate: sampled|failed|withheld|unsampled}: see span-sampler.ts. */
  spans: 'telemetry_spans_total',
  /** {result: success|failure} */
  exported: 'telemetry_spans_exported_total',
} as const

/** Attributes of the client span of an attempt. */
export const spanNames = {
  breaker: 'circuit_breaker.name',
  state: 'circuit_breaker.state',
  outcome: 'circuit_breaker.outcome',
  errorType: 'error.type',
} as const

/** `error.type` of a call that was refused. */
export const refusedTypes = { breaker: 'circuit_open', bulkhead: 'bulkhead_full' } as const
