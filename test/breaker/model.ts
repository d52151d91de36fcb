// What a breaker may and must do, worked out from a plain log of what happened, without buckets, rings
// or counters of its own. Not a copy of the implementation: every question is answered by going through
// the log again.

export interface LoggedCall {
  startedMs: number
  settledMs: number
  failed: boolean
  slow: boolean
}

export const spec = {
  windowMs: 10_000,
  bucketMs: 1000,
  minCalls: 20,
  rate: 0.5,
  lastCalls: 32,
  minFailed: 29,
  sustainedMs: 200,
  openMs: 1000,
  longestOpenMs: 15_000,
  jitter: 0.2,
  trials: 3,
} as const

/** The calls that the window of the rates holds at a moment: whole buckets fall out. */
export function inWindow(log: readonly LoggedCall[], nowMs: number): LoggedCall[] {
  const oldest = Math.floor(nowMs / spec.bucketMs) - spec.windowMs / spec.bucketMs + 1
  return log.filter(({ settledMs }) => Math.floor(settledMs / spec.bucketMs) >= oldest)
}

/** Whether the last call of the log must open the breaker. */
export function mustTrip(log: readonly LoggedCall[]): boolean {
  return tripsByRate(log) || tripsFast(log)
}

function tripsByRate(log: readonly LoggedCall[]): boolean {
  const window = inWindow(log, log.at(-1)!.settledMs)
  const share = (of: (call: LoggedCall) => boolean): number => window.filter(of).length / window.length
  if (window.length < spec.minCalls) return false
  return share(({ failed }) => failed) >= spec.rate || share(({ slow }) => slow) >= spec.rate
}

// The run is on as long as each stretch of 32 calls that ends in it holds 29 failures. It began with
// the oldest start of a failed call in any of these stretches.
function tripsFast(log: readonly LoggedCall[]): boolean {
  let runStartedMs = Number.POSITIVE_INFINITY
  for (let end = log.length; end > 0; end -= 1) {
    const failed = log.slice(Math.max(0, end - spec.lastCalls), end).filter((call) => call.failed)
    if (failed.length < spec.minFailed) break
    runStartedMs = Math.min(runStartedMs, ...failed.map(({ startedMs }) => startedMs))
  }
  return log.at(-1)!.settledMs - runStartedMs >= spec.sustainedMs
}

/** When an open breaker may let the first call through, and when it must. */
export function openBounds(openedMs: number, reopenings: number): { fromMs: number; byMs: number } {
  const nominalMs = Math.min(spec.longestOpenMs, spec.openMs * 2 ** reopenings)
  return { fromMs: openedMs + nominalMs * (1 - spec.jitter), byMs: openedMs + nominalMs * (1 + spec.jitter) }
}
