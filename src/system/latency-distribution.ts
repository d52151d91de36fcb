// Where the response times of a run lie: over the percentiles, and over time. What a report draws.

export interface LatencyDistribution {
  /** Ascending; `fraction` is below 1 except for the last, which is the maximum. */
  percentiles: { fraction: number; ms: number }[]
  /** Lower edges of the bands of the heat map, in ms, ascending; a band ends where the next begins. */
  bandsMs: number[]
  /** In order of time; each some seconds of the schedule long. */
  columns: { fromS: number; toS: number; counts: number[] }[]
}
