// Whether one load run was better or worse than another: what `msvc load compare --json` prints.

/** Shares are from 0 to 1: a change of 0.1 is 10 % slower. */
export interface LoadComparison {
  version: 1
  baseline: ComparedRun
  candidate: ComparedRun
  metrics: ComparedMetric[]
  failures: ComparedFailures
  /** A smaller change does not count. */
  tolerance: number
  /** Of all three intervals together. */
  confidence: number
  /** How many seconds were kept together, because near ones resemble each other. */
  blockSeconds: number
  seed: number
  verdict: ComparisonVerdict
  /** What limits the comparison. */
  notes: string[]
}

export type ComparisonVerdict = 'better' | 'worse' | 'same' | 'inconclusive'

export interface ComparedRun {
  id: string
  target: string
  ratePerSecond: number
  /** Seconds that were compared. */
  seconds: number
  /** Valid as a measurement. */
  isValid: boolean
}

export interface ComparedMetric {
  name: 'p50' | 'p90' | 'p99'
  baselineMs: number
  candidateMs: number
  /** candidate / baseline − 1, and its confidence interval. */
  change: number
  low: number
  high: number
  /** The smallest change that runs like these would show four times out of five. */
  detectable: number
  verdict: ComparisonVerdict
}

/** Shares of the arrivals that failed. */
export interface ComparedFailures {
  baseline: number
  candidate: number
  /** candidate − baseline, and its confidence interval. */
  difference: number
  low: number
  high: number
  verdict: ComparisonVerdict
}
