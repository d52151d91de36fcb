// What a load run found: the object that `msvc load --json` prints, and that reports and verdicts read.

import type { FailureReason, OutcomeCounts, Percentiles } from '../events.ts'

export interface LoadReport {
  version: 1
  target: string
  /** Epoch milliseconds of the schedule's start. */
  startedAt: number
  /** The mean rate; `shape` says in words how it goes over time (absent in older records: constant). */
  schedule: { arrivals: number; ratePerSecond: number; durationMs: number; shape?: string }
  /** Arrivals per second that were really sent (written, or a connection attempted) in the schedule's time. */
  achievedRate: number
  /** Their sum is `schedule.arrivals`. */
  outcomes: OutcomeCounts
  /** From the intended start to the end, of every arrival that was attempted, failed ones included. */
  responseMs: Percentiles
  /** The same of the arrivals that ended ok. */
  okResponseMs: Percentiles
  /** From the first byte written to the end of the answer. */
  serviceMs: Percentiles
  /** The generator's own lateness: from the intended start until it took the arrival up. */
  lagMs: Percentiles
  /** From there until the first byte was written: waiting for a connection. response = lag + wait + service. */
  waitMs: Percentiles
  verdict: LoadVerdict
  /** Why the verdict is not `valid`, or what else to know about the numbers. */
  reasons: string[]
  /** What could not keep up, when the target or msvc could not serve the schedule. */
  limit: string | null
  isInterrupted: boolean
  /** From the schedule's start to the end of the last arrival. */
  elapsedMs: number
  /**
   * Why arrivals ended `check-failed`, `protocol-error` or `tls`, the most frequent reason first (absent in older
   * records). At most twenty of each outcome are told apart; the rest are `other reasons`.
   */
  failures?: FailureReason[]
  /** Status → answers. */
  statuses: Record<string, number>
  requests: RequestReport[]
  /** What the run had to reach, in the order in which it was asked. */
  thresholds: ThresholdResult[]
  generator: GeneratorReport
}

export type LoadVerdict = 'valid' | 'generator-limited' | 'noisy'

export interface RequestReport {
  name: string
  outcomes: OutcomeCounts
  statuses: Record<string, number>
  responseMs: Percentiles
}

export interface ThresholdResult {
  /** As it was written: `p99{place order}<300ms`. */
  expression: string
  /** Never true when the run is not valid as a measurement, or was interrupted. */
  ok: boolean
  /** In `unit`; null when there was nothing to observe, or so many arrivals failed that it is infinite. */
  observed: number | null
  /** `share` is from 0 to 1. */
  unit: 'ms' | 'share' | 'arrivals' | 'per-second'
}

/** How the generator's own thread fared. */
export interface GeneratorReport {
  /** CPU time of its threads (engine and metronome) per arrival, in µs; null where it cannot be read. */
  cpuPerArrivalUs: number | null
  /** Share of the time in which its event loop was busy, 0 to 1. */
  eventLoopUtilization: number
  /** Share of the time in which its thread was ready but had no core, 0 to 1; null where it cannot be read. */
  runQueueWait: number | null
  /** Share of the time in garbage collection, 0 to 1 (absent in older records). */
  gcShare?: number
  /** The most connections that were open at once. */
  connections: number
}

/** A `202` and the like for a request with an Idempotency-Key: what the target has promised. */
export interface Acknowledged {
  arrival: number
  key: string
  status: number
  /** `id` of the JSON answer; null when there is none. */
  id: string | null
}

/** What is known while a run goes on, several times a second. */
export interface LoadProgress {
  elapsedMs: number
  /** Arrivals whose intended time has come. */
  due: number
  inFlight: number
  outcomes: OutcomeCounts
  responseMs: Percentiles
}

/** What is known while a closed-model run goes on, several times a second. */
export interface SaturationProgress {
  elapsedMs: number
  answers: number
  failures: number
  /** Answers in each whole second, in order. */
  perSecond: readonly number[]
  /** By msvc only. */
  serviceMs: Percentiles | null
}

/** A closed-model run: so many connections, each sends when its last answer is there. */
export interface SaturationReport {
  version: 1
  engine: 'autocannon' | 'msvc'
  model: 'closed'
  target: string
  startedAt: number
  connections: number
  /** As it was asked for. */
  durationMs: number
  /** How long requests were really sent; less when it was interrupted. */
  elapsedMs: number
  isInterrupted: boolean
  /** Answers per second. */
  throughput: number
  answers: number
  statuses: Record<string, number>
  errors: number
  timeouts: number
  /** Why the figures say nothing of what the target takes, when none of its answers was ok (absent in older records). */
  limit?: string | null
  /** Of all requests that were begun; by msvc only. */
  outcomes?: OutcomeCounts
  /** As in an open run; by msvc only. */
  failures?: FailureReason[]
  /** From a request's actual sending; see `notMeasured`. */
  serviceMs: Percentiles
  notMeasured: readonly string[]
}
