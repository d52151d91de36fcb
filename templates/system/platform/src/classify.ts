// What an answer says about the callee's health.
//
//   fail     it did not answer, not in time, or says that it is broken     counts against it
//   ok       it answered, and be it "no"                                   counts for it
//   busy     429: healthy, and asks to come back later                     counts for it; retried after a wait
//   ignore   the caller gave up, or its deadline came before the           counts nothing: else one impatient
//            attempt's own time was over                                   client opens it for everybody

import type { Permit } from './breaker.ts'

export type Verdict = 'ok' | 'busy' | 'fail' | 'ignore'

/** 501 is a healthy "I do not do that"; 4xx is the caller's mistake. */
export function judgeStatus(status: number): Verdict {
  if (status >= 500 && status !== 501) return 'fail'
  return status === 429 ? 'busy' : 'ok'
}

/** Why an attempt has no value: it was cut, or it threw. */
export type FailReason = 'timeout' | 'deadline' | 'aborted' | 'error'

export const judgeFailure = (reason: FailReason): Verdict =>
  reason === 'timeout' || reason === 'error' ? 'fail' : 'ignore'

export function settle(permit: Permit, verdict: Verdict): void {
  if (verdict === 'fail') permit.fail()
  else if (verdict === 'ignore') permit.ignore()
  else permit.succeed()
}
