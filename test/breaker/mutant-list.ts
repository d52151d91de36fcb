// Deliberate faults in the breaker, its rules and the policy: each an exact text of one file of the
// platform and what takes its place. A text that no longer stands there exactly once is an error, so the
// list cannot rot in silence.

export interface Mutant {
  file: string
  fault: string
  from: string
  to: string
}

const inFile =
  (file: string) =>
  (fault: string, from: string, to: string): Mutant => ({ file, fault, from, to })

const breaker = inFile('breaker.ts')
const rate = inFile('rate-rule.ts')
const fast = inFile('fast-trip.ts')

export const breakerMutants: Mutant[] = [
  breaker('half-open admits everybody', 'if (state.permitsLeft === 0) return refuse(halfOpenRetryMs)', ''),
  breaker('late answers count', 'if (given === generation) record', 'if (given <= generation) record'),
  breaker('one good trial closes', 'trial.succeeded + 1 < trials', 'trial.succeeded + 1 < 1'),
  breaker('slow trials are good', "else if (slow) reopen(trial, nowMs, 'a trial call was slow')", ''),
  breaker(
    'an ignored trial costs its permit',
    'permitsLeft: trial.permitsLeft + 1',
    'permitsLeft: trial.permitsLeft',
  ),
  breaker(
    'hung trials hold it half-open',
    "return state.permitsLeft === 0 ? reopen(state, nowMs, 'trial calls did not come back') : undefined",
    'return undefined',
  ),
  breaker('an ignored call counts as a success', "if (outcome === 'ignored') return\n", '\n'),
  breaker('the open time never grows', 'Math.min(config.maxOpenMs, 2 * nextOpenMs)', 'nextOpenMs'),
  breaker('the open time grows without end', 'Math.min(config.maxOpenMs, 2 * nextOpenMs)', '2 * nextOpenMs'),
  breaker('the open time has no jitter', '(1 + config.jitter * (2 * random() - 1))', '1'),
  breaker(
    'a broken promise is believed again',
    'open(nowMs, reason, !isPromised)',
    'open(nowMs, reason, true)',
  ),
  breaker('no probe is believed', 'if (!state.trustsProbe) return', 'return'),
  breaker('a good probe keeps the long open time', 'nextOpenMs = config.openMs\n      tryAgain', 'tryAgain'),
  breaker('the window survives the outage', 'fastTrip = createFastTrip(config.fastTrip)\n    enter', 'enter'),
  breaker('by hand lasts twice as long', 'clock.monotonicMs() + ttlMs', 'clock.monotonicMs() + 2 * ttlMs'),
  breaker('nothing is ever slow', 'settledMs - startedMs > slowAfterMs', 'false'),
  inFile('permit.ts')('a permit settles twice', 'this.isSettled = true', ''),
  rate(
    'the minimum of calls is one too high',
    'total.calls < options.minCalls',
    'total.calls <= options.minCalls',
  ),
  rate('half is not enough', 'total.failed >= options.failureRate', 'total.failed > options.failureRate'),
  rate('only one old bucket is dropped', 'step < stale', 'step < 1'),
  rate('slow calls never expire', 'total.slow -= old.slow', ''),
  rate('the window moves only when read', 'if (call.settledMs >= bucketEndsMs) turnTo(call.settledMs)', ''),
  fast('one failure too many is asked for', 'failed < options.minFailed', 'failed <= options.minFailed'),
  fast('a run is never forgotten', 'runStartedMs = succeeded\n        return', 'return'),
  fast('successes are not remembered', 'failed === 0 && !call.failed', '!call.failed'),
  fast('a burst opens it', 'if (lastedMs < options.sustainedMs) return undefined', ''),
  fast('the run begins with its newest call', 'Math.min(...failedStarts)', 'startedMs'),
]

const policy = inFile('policy.ts')

export const stackMutants: Mutant[] = [
  policy('a refusal keeps its place in the bulkhead', 'bulkhead.leave()\n      return', 'return'),
  policy(
    'an open circuit is asked again',
    "if (breaker.state !== 'closed' && breaker.state !== 'disabled') return false",
    '',
  ),
  policy('a breaker that was switched off takes the retries with it', " && breaker.state !== 'disabled'", ''),
  policy('retries cost nothing', ' || !budget.take(nowMs)', ''),
  policy('everybody retries', 'if (options.mayRetry === true) result', 'result'),
  policy('a passed deadline starts work', 'leftMs <= 0', 'false'),
  policy('the deadline does not cut', 'isCutByDeadline ? leftMs : attemptTimeoutMs', 'attemptTimeoutMs'),
  policy(
    'giving up does not end a wait',
    'await wait(timers, waitMs, signal)',
    'await wait(timers, waitMs, undefined)',
  ),
  policy('a refused retry hides what was found out', "if (next.kind === 'refused') return result", ''),
  policy('the caller who gave up gets a fallback', ' || isGivenUp(result)', ''),
  inFile('bulkhead.ts')('one too many in the bulkhead', 'inFlight === limit', 'inFlight > limit'),
  inFile('classify.ts')(
    'an impatient caller counts against the callee',
    "reason === 'timeout' || reason === 'error'",
    "reason !== 'aborted'",
  ),
  inFile('classify.ts')('giving up is a success', "else if (verdict === 'ignore') permit.ignore()", ''),
  inFile('deadline.ts')('a hop costs nothing', 'deadlineMs - nowMs - hopMs', 'deadlineMs - nowMs'),
  inFile('retry-budget.ts')('the budget can be overdrawn', 'left(nowMs) < 1', 'left(nowMs) < -5'),
  inFile('retry.ts')('Retry-After is not heeded', 'Math.max(retryAfterMs, ', 'Math.max(0, '),
  inFile('recovery-probe.ts')('an answer of an earlier outage counts', 'if (current !== outage) return', ''),
]
