// Walks a breaker through operations beside the model, and throws at the first thing that the ten
// invariants of a breaker do not allow:
//
//   I1   no admission while open before its shortest jittered time, unless a recovery probe answered and
//        may be trusted; admission for certain after its longest
//   I2   half-open: admitted − returned ≤ 3, and nobody is refused while permits remain
//   I3   what comes back from an earlier generation changes nothing
//   I4   only the arrows of the drawing in breaker.ts
//   I5   closed opens exactly when the log says so, in both directions
//   I6   rates lie between 0 and 1, and are those of the log
//   I7   with a healthy callee it closes in bounded time, from any state that was reached
//   I8   trials that hang do not keep it half-open
//   I9   admitted = settled + under way
//   I10  an ignored call leaves window and permits as they were

import assert from 'node:assert/strict'
import type {
  Breaker,
  BreakerOptions,
  BreakerStateName,
  Permit,
  Transition,
} from '../../templates/system/platform/src/breaker.ts'
import { inWindow, mustTrip, openBounds, spec, type LoggedCall } from './model.ts'
import type { Ending, Operation } from './operations.ts'

export type CreateBreaker = (options: BreakerOptions) => Breaker

/** How often each arrow was taken, by `from>to`, and the kinds of reason for opening. */
export type Coverage = Map<string, number>

interface Underway {
  permit: Permit
  generation: number
  startedMs: number
}

const slowAfterMs = 500
const trialTimeoutMs = 2000
const arrows = new Set([
  'closed>open',
  'open>half_open',
  'half_open>open',
  'half_open>closed',
  'forced_open>closed',
  'disabled>closed',
])

export function walk(
  createBreaker: CreateBreaker,
  operations: readonly Operation[],
  coverage: Coverage,
  fraction: () => number,
): void {
  let nowMs = 0
  let state: BreakerStateName = 'closed'
  let generation = 0
  let log: LoggedCall[] = []
  let openedMs = 0
  let reopenings = 0
  // A callee that promised to be well while it was open and then failed its trials has lost its trust.
  let hasPromise = false
  let hasTrust = true
  let forcedUntilMs = 0
  let given: number[] = []
  let returned = 0
  let succeeded = 0
  let admitted = 0
  let settled = 0
  const underway: Underway[] = []
  const news: Transition[] = []

  const breaker = createBreaker({
    name: 'order:payment',
    clock: { monotonicMs: () => nowMs, epochMs: () => 0 },
    random: fraction,
    slowAfterMs,
    trialTimeoutMs,
    onTransition: (transition) => news.push(transition),
  } as BreakerOptions)

  for (const operation of operations) perform(operation)
  assert.equal(admitted, settled + underway.length, 'I9: the test itself lost a call')
  heal()

  function perform(operation: Operation): void {
    switch (operation.kind) {
      case 'wait':
        nowMs += operation.ms
        return
      case 'start':
        return start()
      case 'end': {
        const [call] = underway.splice(operation.pick % Math.max(1, underway.length), 1)
        return call && endTwice(call, operation.ending)
      }
      case 'calls':
        for (let count = 0; count < operation.count; count += 1) {
          const before = underway.length
          start()
          nowMs += operation.tookMs
          const call = underway.length > before ? underway.pop() : undefined
          if (call) endTwice(call, operation.ending)
        }
        return
      case 'hang':
        for (let count = 0; count < operation.count; count += 1) start()
        return
      case 'force':
        breaker.force(operation.state, operation.ttlMs)
        forcedUntilMs = nowMs + operation.ttlMs
        return expectNews(operation.state, 'force')
      case 'auto': {
        const isForced = state === 'forced_open' || state === 'disabled'
        breaker.auto()
        return expectNews(isForced ? 'closed' : undefined, 'auto')
      }
      case 'look':
        return look()
      case 'probe':
        return probe()
    }
  }

  function start(): void {
    const answer = breaker.acquire()
    takeTimedNews()
    checkTimeIsUp()
    if (state === 'half_open') {
      const isFree = given.length - returned < spec.trials
      assert.equal(answer.admitted, isFree, `I2: ${given.length} given, ${returned} returned`)
    } else
      assert.equal(
        answer.admitted,
        state === 'closed' || state === 'disabled',
        `I1: admission while ${state}`,
      )
    if (!answer.admitted) {
      assert.ok(answer.retryAfterMs >= 1, 'a refusal tells when to come back')
      assert.equal(answer.state, state)
      return
    }
    admitted += 1
    if (state === 'half_open') given.push(nowMs)
    underway.push({ permit: answer, generation, startedMs: nowMs })
  }

  /** The second time, a permit does nothing; I9 sees it when it is counted. */
  function endTwice(call: Underway, ending: Ending): void {
    end(call, ending)
    call.permit.fail()
    assert.equal(news.length, 0, 'a permit was settled twice')
  }

  function end({ permit, generation: of, startedMs }: Underway, ending: Ending): void {
    settled += 1
    const before = ending === 'ignore' ? breaker.snapshot() : undefined
    if (before) takeTimedNews()
    permit[ending]()
    if (of !== generation) {
      assert.equal(news.length, 0, 'I3: a late answer changed the state')
      return
    }
    if (before) {
      const { calls, failureRate, slowRate, state: after } = breaker.snapshot()
      assert.deepEqual(
        { calls, failureRate, slowRate, after },
        {
          calls: before.calls,
          failureRate: before.failureRate,
          slowRate: before.slowRate,
          after: before.state,
        },
        'I10: an ignored call left a trace',
      )
      if (state === 'half_open') returned += 1
      return
    }
    const isSlow = nowMs - startedMs > slowAfterMs
    if (state === 'closed') {
      log.push({ startedMs, settledMs: nowMs, failed: ending === 'fail', slow: isSlow })
      return expectNews(mustTrip(log) ? 'open' : undefined, ruleOf(news[0]?.reason))
    }
    if (state === 'half_open') {
      if (ending === 'fail' || isSlow) return expectNews('open', isSlow ? 'slow trial' : 'failed trial')
      succeeded += 1
      return expectNews(succeeded === spec.trials ? 'closed' : undefined, 'trials')
    }
    return expectNews(undefined, 'nothing')
  }

  function look(): void {
    const snapshot = breaker.snapshot()
    takeTimedNews()
    checkTimeIsUp()
    assert.equal(snapshot.state, state)
    for (const rate of [snapshot.failureRate, snapshot.slowRate]) assert.ok(rate >= 0 && rate <= 1, 'I6')
    if (state !== 'closed') return
    const window = inWindow(log, nowMs)
    assert.equal(snapshot.calls, window.length, 'I6: calls in the window')
    const share = (of: (call: LoggedCall) => boolean): number =>
      window.length === 0 ? 0 : window.filter(of).length / window.length
    assert.equal(
      snapshot.failureRate,
      share(({ failed }) => failed),
      'I6: failure rate',
    )
    assert.equal(
      snapshot.slowRate,
      share(({ slow }) => slow),
      'I6: slow rate',
    )
  }

  function probe(): void {
    breaker.probeSucceeded()
    // What time alone had done by then comes first.
    takeTimedNews(({ reason }) => !isByProbe(reason))
    if (state === 'open') hasPromise = true
    takeTimedNews()
    checkTimeIsUp()
  }

  /** The state changes to this one now, or to none. */
  function expectNews(to: BreakerStateName | undefined, why: string): void {
    assert.deepEqual(
      news.map((each) => each.to),
      to === undefined ? [] : [to],
      `${state} → ${to} expected (${why}) at ${nowMs}`,
    )
    if (to !== undefined) take(why)
  }

  /** What the passing of time may do when somebody asks. */
  function takeTimedNews(isWanted: (transition: Transition) => boolean = () => true): void {
    while (news.length > 0 && isWanted(news[0]!)) {
      const { from, to, reason } = news[0]!
      if (from === 'open' && to === 'half_open') {
        const isEarly = isByProbe(reason)
        const isOver = nowMs >= openBounds(openedMs, reopenings).fromMs
        assert.ok(isEarly ? hasPromise && hasTrust : isOver, `I1: too early, at ${nowMs}`)
        // A promise that is believed means that what the back-off learned is past.
        if (isEarly) reopenings = -1 // the next open time is the first one again
        take(isEarly ? 'probe' : 'time')
      } else if (from === 'half_open' && to === 'open') {
        assert.ok(given.length - returned >= spec.trials, 'I8: hung with permits left')
        assert.ok(nowMs >= given[0]! + trialTimeoutMs, 'I8: not hung yet')
        take('hang')
      } else if (to === 'closed' && (from === 'forced_open' || from === 'disabled')) {
        assert.ok(nowMs >= forcedUntilMs, 'set by hand for longer')
        take('ttl')
      } else assert.fail(`I4: ${from} → ${to} by time alone`)
    }
  }

  function checkTimeIsUp(): void {
    if (state === 'open') assert.ok(!hasPromise || !hasTrust, 'I1: a good probe was not heeded')
    if (state === 'open') assert.ok(nowMs < openBounds(openedMs, reopenings).byMs, 'I1: still open')
    if (state === 'half_open' && given.length - returned >= spec.trials)
      assert.ok(nowMs < given.at(-1)! + trialTimeoutMs, 'I8: still half-open')
    if (state === 'forced_open' || state === 'disabled') assert.ok(nowMs < forcedUntilMs, 'still set by hand')
  }

  function take(why: string): void {
    const { from, to } = news.shift()!
    assert.equal(from, state, 'I4: it was in another state')
    const arrow = `${from}>${to}`
    const isByHand = to === 'forced_open' || to === 'disabled'
    assert.ok(isByHand || arrows.has(arrow), `I4: ${arrow}`)
    for (const key of [arrow, `${arrow} (${why})`]) coverage.set(key, (coverage.get(key) ?? 0) + 1)
    if (to === 'open') {
      reopenings = from === 'half_open' ? reopenings + 1 : 0
      hasTrust = from === 'closed' || !hasPromise
      openedMs = nowMs
    }
    if (to !== 'half_open') hasPromise = false
    if (to === 'closed') log = []
    if (to === 'half_open') {
      given = []
      returned = succeeded = 0
    }
    generation += 1
    state = to
  }

  /** I7: whoever was forgotten stays forgotten; from here on each call is answered at once. */
  function heal(): void {
    const boundMs = 5000 + spec.longestOpenMs * (1 + spec.jitter) + 2 * trialTimeoutMs + spec.windowMs
    const endMs = nowMs + boundMs
    while (nowMs < endMs) {
      const before = underway.length
      start()
      if (underway.length > before) end(underway.pop()!, 'succeed')
      nowMs += 100
    }
    look()
    assert.equal(state, 'closed', 'I7: a healthy callee and not closed')
    assert.ok(news.length === 0)
    const { success, failure, ignored, stale } = breaker.counts
    assert.equal(success + failure + ignored + stale, settled, 'I9: settled')
    assert.equal(admitted, settled + underway.length, 'I9: admitted')
  }
}

const isByProbe = (reason: string): boolean => reason.includes('probe')

/** Which rule opened it, by its words. */
function ruleOf(reason = ''): string {
  if (reason.includes('slow')) return 'slow rate'
  return reason.includes('last') ? 'fast trip' : 'failure rate'
}
