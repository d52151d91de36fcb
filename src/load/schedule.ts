// When each arrival is due: a closed form, so that nothing drifts and nothing has to be stored.
//
// The target cannot slow a schedule down. Another shape (ramp, spike, Poisson) is another function
// that returns a Schedule; the engine asks for nothing else.

export interface Schedule {
  /** How many arrivals there are; they are numbered from 0. */
  arrivals: number
  durationMs: number
  /** The intended time of arrival k, from the start of the schedule; never decreases with k. */
  intendedMs(k: number): number
  /** The integral of the rate from 0 to t: how many arrivals should have happened, as a real number. */
  expectedBy(elapsedMs: number): number
}

/** Evenly spaced arrivals: the first at 0, then one each 1/rate. */
export function constantRate(shape: { ratePerSecond: number; durationMs: number }): Schedule {
  const { ratePerSecond, durationMs } = shape
  return {
    arrivals: Math.round((ratePerSecond * durationMs) / 1000),
    durationMs,
    // Multiplied before it is divided: k × (1000/rate) would drift by k roundings.
    intendedMs: (k) => (k * 1000) / ratePerSecond,
    expectedBy: (elapsedMs) => (Math.min(Math.max(elapsedMs, 0), durationMs) * ratePerSecond) / 1000,
  }
}
