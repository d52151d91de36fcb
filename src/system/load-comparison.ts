// Whether load runs were better or worse than others: what `msvc load compare --json` prints.

/** Shares are from 0 to 1: a change of 0.1 is 10 % slower. */
export interface LoadComparison {
  version: 1
  /** In the order of recording. */
  baseline: ComparedRun[]
  candidate: ComparedRun[]
  metrics: ComparedMetric[]
  failures: ComparedFailures
  /** A smaller change does not count. */
  tolerance: number
  /** Of all three intervals together. */
  confidence: number
  /** How many seconds were kept together, because near ones resemble each other; null: whole runs were. */
  blockSeconds: number | null
  seed: number
  /** Whether at least half of the runs of each side are valid as measurements. */
  isValid: boolean
  verdict: ComparisonVerdict
  /** What limits the comparison. */
  notes: string[]
}

export type ComparisonVerdict = 'better' | 'worse' | 'same' | 'inconclusive'

export interface ComparedRun {
  id: string
  target: string
  ratePerSecond: number
  /** Epoch milliseconds. */
  startedAt: number
  /** Seconds that were compared. */
  seconds: number
  /** Seconds that were left out, because the generator itself was late in them. */
  disturbed: number
  /** Valid as a measurement, at least in the seconds that were compared. */
  isValid: boolean
}

export interface ComparedMetric {
  name: 'p50' | 'p90' | 'p99'
  /** Of four runs and more a side, the geometric mean of theirs. */
  baselineMs: number
  candidateMs: number
  /** candidate / baseline − 1, and its confidence interval. */
  change: number
  low: number
  high: number
  /** The smallest change that runs like these would show four times out of five. */
  detectable: number
  /** How many runs as long as these, of each side, would show a change of twice the tolerance as often. */
  runsNeeded: number
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
