// What can happen, as data: the shared vocabulary of all parts.
//
// The live view, the report and `msvc status` are reductions of these events. A journal holds one
// of them a line. `at` is epoch milliseconds (fraction kept) from the clock of the source.

/** Who saw it. */
export type EventSource = 'agent' | 'load' | 'proxy' | `service:${string}`

export type BreakerState = 'closed' | 'open' | 'half_open' | 'forced_open' | 'disabled'

/** Counts of arrivals by how each ended; outcomes that did not occur are left out. */
export type OutcomeCounts = Partial<Record<Outcome, number>>

export const outcomes = [
  'ok',
  'http-error',
  'check-failed',
  'timeout',
  'refused',
  'reset',
  'eof',
  'tls',
  'protocol-error',
  'shed',
  'dropped',
  'unfinished',
] as const
export type Outcome = (typeof outcomes)[number]

/** Milliseconds; `null` where nothing was recorded. */
export interface Percentiles {
  p50: number | null
  p90: number | null
  p99: number | null
  p999: number | null
  max: number | null
}

/** How a fault ended; `holder`: whoever had asked for it was gone. */
export type HealedBy = 'lease' | 'holder' | 'command' | 'halt' | 'stop' | 'reconcile'

/** The data of each event type; `subject` says what it is about. */
export interface EventData {
  /** subject: the service */
  'service.started': { pid: number; port: number; adminPort: number; attempt: number }
  'service.ready': { pid: number; afterMs: number }
  'service.exited': {
    pid: number
    code: number | null
    signal: string | null
    expected: boolean
    /** When it will be started again; left out when it will not. */
    restartInMs?: number
  }
  'service.restarted': { attempt: number; delayMs: number; reason: string }
  'service.crash-looped': { exits: number; withinMs: number; lastLines: string[] }
  /** subject: `proxy`; the process of the edges' proxies ended by itself, and is started again */
  'proxy.lost': { reason: string }
  /** subject: the edge, `order:payment`; source: the service that owns the breaker */
  'breaker.transition': { from: BreakerState; to: BreakerState; reason: string }
  /** subject: `fault:<id>` */
  'fault.requested': {
    kind: string
    target: string
    leaseMs: number
    expiresAt: number
    settings?: {
      percent: number
      direction: string | null
      seed: number
      params: Readonly<Record<string, number | string | boolean>>
    }
  }
  'fault.applied': { kind: string; target: string; pids: number[]; afterMs: number }
  'fault.bit': { kind: string; target: string; evidence: string; afterMs: number }
  'fault.healed': { kind: string; target: string; by: HealedBy; afterMs: number }
  /** `isGone`: nothing of it is left, so that there is nothing to heal. */
  'fault.failed': { kind: string; target: string; reason: string; isGone?: true }
  /** subject: `run:<id>` */
  'run.started': { kind: RunKind; title: string; target: string }
  'run.ended': { kind: RunKind; verdict: string }
  /** subject: `run:<id>`; one a second of the schedule, by the intended time of its arrivals */
  'load.interval': LoadInterval
  'probe.result': { name: string; ok: boolean; observed: string }
  'expectation.met': { name: string; expected: string; observed: string }
  'expectation.missed': { name: string; expected: string; observed: string }
  'orders.checked': OrderCounts
}

/** How the orders that a load run got acknowledged have ended: `paidOnce + lost + paidTwice` is all of them. */
export interface OrderCounts {
  acknowledged: number
  paidOnce: number
  lost: number
  paidTwice: number
}

export type RunKind = 'load' | 'demo' | 'experiment'

export interface LoadInterval {
  /** Seconds since the start of the schedule. */
  second: number
  scheduled: number
  outcomes: OutcomeCounts
  /** The same, per request of the scenario (by its name). */
  requests: Record<string, OutcomeCounts>
  /** From the intended start to the end of the answer. */
  responseMs: Percentiles
  /** From the first byte written to the end of the answer. */
  serviceMs: Percentiles
  /** The generator's own lateness: from the intended start until it took the arrival up. */
  lagMs: Percentiles
  /** The response histogram of this second, see load/encoded-histogram.ts; empty where it is left out. */
  responseHistogram: string
  /** The same per request of the scenario, by its name; only where it was asked for. */
  requestHistograms?: Record<string, string>
  /** Where an outcome alone does not say why; absent when there is none. */
  failures?: FailureReason[]
}

/** So many arrivals ended in that outcome for that reason: `check-failed`, `body lacks "ok"`. */
export interface FailureReason {
  outcome: Outcome
  reason: string
  arrivals: number
}

export type EventType = keyof EventData

/** One line of a journal. */
export type SystemEvent = {
  [T in EventType]: {
    v: 1
    seq: number
    at: number
    source: EventSource
    type: T
    subject: string
    data: EventData[T]
  }
}[EventType]

/** An event before the journal numbers it. */
export type EventDraft = SystemEvent extends infer E
  ? E extends SystemEvent
    ? Omit<E, 'v' | 'seq'>
    : never
  : never

/** Narrows an event by its type: `events.filter(isOf('breaker.transition'))`. */
export const isOf =
  <T extends EventType>(type: T) =>
  (event: SystemEvent): event is Extract<SystemEvent, { type: T }> =>
    event.type === type

/** The same, about one subject and not before a moment. */
export const isAbout =
  <T extends EventType>(type: T, subject: string, since = 0) =>
  (event: SystemEvent): event is Extract<SystemEvent, { type: T }> =>
    event.type === type && event.subject === subject && event.at >= since
