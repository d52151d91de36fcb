// Opens soon after a callee died, at any rate of calls.
//
// A rate over ten seconds needs five of them to notice a death. This rule looks at the last 32
// outcomes only: when at least 29 failed, a failing run is on; when the oldest failed call of the
// run started at least 200 ms ago, the breaker opens. So a dead callee is noticed after about
// 28 calls and 200 ms, while one burst of connection resets among healthy calls passes by.
//
//   outcomes    ✓ ✓ ✗ ✗ ✗ … ✗ ✗ ✗ │ ✗ ✗ ✗ ✗ … ✗ → open
//                   └ oldest      └ 29 of 32:     └ 200 ms after the oldest started
//                                   the run is on
//
// The run remembers its oldest call, because at thousands of calls a second the last 32 outcomes
// reach back a few milliseconds only.

import type { SettledCall, TrippingRule } from './tripping-rule.ts'

export interface FastTripOptions {
  outcomes: number
  minFailed: number
  sustainedMs: number
}

export const defaultFastTrip: FastTripOptions = { outcomes: 32, minFailed: 29, sustainedMs: 200 }

const succeeded = Number.POSITIVE_INFINITY

export function createFastTrip(options: FastTripOptions = defaultFastTrip): TrippingRule {
  // When each of the last calls started, if it failed.
  const failedStarts = new Float64Array(options.outcomes).fill(succeeded)
  let next = 0
  let failed = 0
  let runStartedMs = succeeded

  return {
    record(call: SettledCall) {
      if (failed === 0 && !call.failed) return undefined // one success more among successes
      if (failedStarts[next] !== succeeded) failed -= 1
      failedStarts[next] = call.failed ? call.startedMs : succeeded
      if (call.failed) failed += 1
      next = (next + 1) % options.outcomes

      if (failed < options.minFailed) {
        runStartedMs = succeeded
        return undefined
      }
      if (call.failed) runStartedMs = Math.min(runStartedMs, oldestStart(call.startedMs))
      const lastedMs = call.settledMs - runStartedMs
      if (lastedMs < options.sustainedMs) return undefined
      return `${failed} of the last ${options.outcomes} calls failed, for ${Math.round(lastedMs)} ms`
    },
  }

  /** Looks through the outcomes when a run begins; later calls are compared with it one by one. */
  function oldestStart(startedMs: number): number {
    return runStartedMs === succeeded ? Math.min(...failedStarts) : startedMs
  }
}
