// How much load a target takes within its objectives: what `msvc load find-capacity --json` prints.

export interface CapacityReport {
  version: 1
  target: string
  /** As it was asked for: `p99<200ms,errors<1%`. */
  slo: string
  /** Epoch milliseconds. */
  startedAt: number
  tookMs: number
  verdict: CapacityVerdict
  /** The highest rate that met the objectives; null when none did. */
  ratePerSecond: number | null
  /** Nine times of ten, the limit of such a target lies in it; null before it was narrowed. */
  between: { low: number; high: number } | null
  /** The lowest rate above it that missed them; null when none was found. */
  missedAt: number | null
  /** In the order in which they were made. */
  probes: CapacityProbe[]
  recovery: CapacityRecovery | null
  reasons: string[]
}

/**
 * found: bracketed, and confirmed by a soak. not-reached: the highest rate allowed was met. never-met: not
 * even the lowest was. unconfirmed: the soak missed. inconclusive: it could not be told. generator-limited:
 * msvc itself could not send more. interrupted: it was ended early; what was found until then stands.
 */
export type CapacityVerdict =
  | 'found'
  | 'not-reached'
  | 'never-met'
  | 'unconfirmed'
  | 'inconclusive'
  | 'generator-limited'
  | 'interrupted'

export type CapacityPhase = 'bracket' | 'bisect' | 'soak' | 'overload' | 'recovery'

export interface CapacityProbe {
  phase: CapacityPhase
  ratePerSecond: number
  /** Arrivals that ended ok, per second. */
  okPerSecond: number
  /** Seconds that were judged. */
  seconds: number
  p50Ms: number | null
  p99Ms: number | null
  /** From 0 to 1. */
  failed: number
  decision: CapacityDecision
}

export type CapacityDecision = 'meets' | 'misses' | 'undecided'

export interface CapacityRecovery {
  overloadPerSecond: number
  ratePerSecond: number
  /** From the end of the overload until the objectives held for good; null: not within the time. */
  afterMs: number | null
  withinMs: number
}

/** What is known while the search goes on. */
export interface CapacityProgress {
  phase: CapacityPhase
  ratePerSecond: number
  /** Seconds of this probe that were judged. */
  seconds: number
  met: number | null
  missed: number | null
  elapsedMs: number
}
