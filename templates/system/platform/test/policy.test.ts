import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Attempt } from '../src/attempt-timeout.ts'
import type { Transition } from '../src/breaker.ts'
import type { Verdict } from '../src/classify.ts'
import { createPolicy, type CallOptions, type PolicyResult, type PolicyTools } from '../src/policy.ts'
import { resolvePolicy, type PolicyOverrides } from '../src/policy-config.ts'
import { createVirtualTime } from './fake-timers.ts'

interface Answer {
  status: number
  retryAfterMs?: number
}

const verdictOf = ({ status }: Answer): Verdict =>
  status >= 500 ? 'fail' : status === 429 ? 'busy' : status === 0 ? 'ignore' : 'ok'

function setUp(overrides: PolicyOverrides = {}, tools: Partial<PolicyTools<Answer>> = {}) {
  const { clock, timers, pass, waiting } = createVirtualTime()
  const transitions: Transition[] = []
  const policy = createPolicy<Answer>(resolvePolicy('inside', [overrides]), {
    name: 'order:payment',
    clock,
    timers,
    random: () => 0.5,
    classify: verdictOf,
    retryAfterMs: ({ retryAfterMs }) => retryAfterMs,
    onTransition: (transition) => void transitions.push(transition),
    ...tools,
  })
  return { policy, clock, timers, pass, waiting, transitions }
}

/** Gives the answers one after another, the last one for ever, and keeps what each attempt was told. */
function answering(...answers: (Answer | Error)[]) {
  const told: Attempt[] = []
  const attempt = async (each: Attempt): Promise<Answer> => {
    const answer = answers[Math.min(told.length, answers.length - 1)]
    told.push(each)
    if (answer instanceof Error || answer === undefined) throw answer
    return answer
  }
  return { attempt, told }
}

/** Ends only when it is cut. */
const hanging = (attempt: Attempt): Promise<Answer> =>
  new Promise((_resolve, reject) => attempt.onCut((reason) => reject(new Error(reason))))

type SetUp = ReturnType<typeof setUp>

async function outcome(
  { policy, pass }: SetUp,
  attempt: (attempt: Attempt) => Promise<Answer>,
  options?: CallOptions<Answer>,
): Promise<PolicyResult<Answer>> {
  const result = policy.call(attempt, options)
  await pass(10_000)
  return result
}

async function openIt({ policy, pass }: SetUp): Promise<void> {
  const { attempt } = answering({ status: 500 })
  for (let count = 0; policy.breaker.state === 'closed'; count += 1) {
    assert.ok(count < 1000)
    await policy.call(attempt)
    await pass(10)
  }
}

describe('one attempt', () => {
  test('gives its value, and leaves no timer behind', async () => {
    const all = setUp()
    const { attempt } = answering({ status: 200 })
    assert.deepEqual(await all.policy.call(attempt), { kind: 'done', value: { status: 200 } })
    assert.equal(all.waiting(), 0)
    assert.equal(all.policy.bulkhead.inFlight, 0)
    assert.equal(all.policy.breaker.counts.success, 1)
  })

  test('that throws, at once or later, is a failure and not an exception', async () => {
    const broken = new Error('broken')
    const throwing = [
      () => {
        throw broken
      },
      async () => {
        throw broken
      },
    ]
    for (const attempt of throwing) {
      const all = setUp()
      const result = await outcome(all, attempt)
      assert.deepEqual(result, { kind: 'failed', reason: 'error', error: broken })
      assert.equal(all.policy.breaker.counts.failure, 1)
      assert.equal(all.policy.bulkhead.inFlight, 0)
    }
  })

  test('whose value cannot be judged rejects the call, and keeps no permit', async () => {
    const bug = new Error('a bug in the classifier')
    const classify = () => {
      throw bug
    }
    const all = setUp({}, { classify })
    await assert.rejects(all.policy.call(answering({ status: 200 }).attempt), bug)
    assert.equal(all.policy.breaker.counts.failure, 1)
    assert.equal(all.policy.bulkhead.inFlight, 0)
  })

  test('that hangs is cut after its time, and counts against the callee', async () => {
    const all = setUp({ attemptTimeoutMs: 300 })
    const result = all.policy.call(hanging)
    await all.pass(299)
    assert.equal(all.policy.breaker.counts.failure, 0)
    await all.pass(1)
    assert.equal((await result).kind, 'failed')
    assert.equal(all.policy.breaker.counts.failure, 1)
  })

  test('has a signal when it asks for one, aborted also when it asks too late', async () => {
    const all = setUp({ attemptTimeoutMs: 300 })
    let early: AbortSignal | undefined
    let told: Attempt | undefined
    const result = all.policy.call((attempt) => {
      early = attempt.signal
      told = attempt
      return new Promise(() => {})
    })
    assert.equal(early?.aborted, false)
    await all.pass(300)
    await result
    assert.equal(early?.aborted, true)
    assert.equal(told?.signal, early)
    const late: string[] = []
    told?.onCut((reason) => late.push(reason))
    assert.deepEqual(late, ['timeout'])
  })
})

describe('the deadline', () => {
  test('cuts an attempt short, which says nothing about the callee', async () => {
    const all = setUp({ attemptTimeoutMs: 300 })
    const result = all.policy.call(hanging, { deadlineMs: all.clock.monotonicMs() + 110 })
    await all.pass(100)
    assert.deepEqual(await result, { kind: 'failed', reason: 'deadline', error: undefined })
    assert.deepEqual(
      { ...all.policy.breaker.counts },
      { success: 0, failure: 0, ignored: 1, rejected: 0, stale: 0 },
    )
  })

  test('that is too near lets nothing begin', async () => {
    const all = setUp()
    const { attempt, told } = answering({ status: 200 })
    const result = await all.policy.call(attempt, { deadlineMs: all.clock.monotonicMs() + 10 })
    assert.deepEqual(result, { kind: 'failed', reason: 'deadline' })
    assert.equal(told.length, 0)
  })

  test('one impatient caller cannot open the breaker, nor use up the permits of a half-open one', async () => {
    const all = setUp({ attemptTimeoutMs: 300 })
    const impatient = async () => {
      const result = all.policy.call(hanging, { deadlineMs: all.clock.monotonicMs() + 60 })
      await all.pass(50)
      await result
    }
    for (let count = 0; count < 60; count += 1) await impatient()
    assert.equal(all.policy.breaker.state, 'closed')
    await openIt(all)
    await all.pass(1000)
    for (let count = 0; count < 10; count += 1) await impatient()
    for (let count = 0; count < 3; count += 1) await all.policy.call(answering({ status: 200 }).attempt)
    assert.equal(all.policy.breaker.state, 'closed')
  })
})

describe('giving up', () => {
  test('before, during and between attempts says nothing about the callee', async () => {
    const during = setUp()
    const controller = new AbortController()
    const result = during.policy.call(hanging, { signal: controller.signal })
    controller.abort()
    assert.equal((await result).kind, 'failed')
    assert.equal(during.policy.breaker.counts.ignored, 1)
    assert.equal(during.waiting(), 0)

    const { attempt, told } = answering({ status: 200 })
    const before = await during.policy.call(attempt, { signal: controller.signal })
    assert.deepEqual(before, { kind: 'failed', reason: 'aborted' })
    assert.equal(told.length, 0)
  })

  test('ends the wait for a retry at once', async () => {
    const all = setUp({ retry: { baseMs: 200 }, retryBudget: { perSecond: 1000 } })
    await all.pass(100)
    const controller = new AbortController()
    const { attempt, told } = answering({ status: 500 })
    const result = all.policy.call(attempt, { mayRetry: true, signal: controller.signal })
    await all.pass(50)
    assert.equal(all.waiting(), 1)
    controller.abort()
    assert.deepEqual(await result, { kind: 'failed', reason: 'aborted' })
    assert.equal(all.waiting(), 0)
    assert.equal(told.length, 1)
  })
})

describe('a retry', () => {
  const plenty = { retryBudget: { perSecond: 1000 } }

  /** With a budget that has had a moment to fill. */
  async function withBudget(overrides: PolicyOverrides = {}): Promise<SetUp> {
    const all = setUp({ ...plenty, ...overrides })
    await all.pass(100)
    return all
  }

  test('happens at most twice, and the number goes along', async () => {
    const all = await withBudget()
    const { attempt, told } = answering({ status: 500 })
    assert.equal((await outcome(all, attempt, { mayRetry: true })).kind, 'done')
    assert.deepEqual(
      told.map(({ number }) => number),
      [0, 1, 2],
    )
    assert.equal(all.policy.budget.retries, 2)
  })

  test('gives the good answer that came in the end', async () => {
    const all = await withBudget()
    const { attempt } = answering(new Error('reset'), { status: 200 })
    assert.deepEqual(await outcome(all, attempt, { mayRetry: true }), {
      kind: 'done',
      value: { status: 200 },
    })
  })

  test('happens only when the call may be repeated, and what it found may change', async () => {
    const table: [string, Answer | Error, CallOptions<Answer>, number][] = [
      ['not repeatable', { status: 500 }, {}, 1],
      ['fine', { status: 200 }, { mayRetry: true }, 1],
      ["the caller's mistake", { status: 404 }, { mayRetry: true }, 1],
      ['nothing to learn', { status: 0 }, { mayRetry: true }, 1],
      ['broken', { status: 503 }, { mayRetry: true }, 3],
      ['busy', { status: 429 }, { mayRetry: true }, 3],
      ['reset', new Error('reset'), { mayRetry: true }, 3],
    ]
    for (const [what, answer, options, attempts] of table) {
      const all = await withBudget()
      const { attempt, told } = answering(answer)
      await outcome(all, attempt, options)
      assert.equal(told.length, attempts, what)
    }
  })

  test('waits as long as the callee asks, and not at all when that is too long', async () => {
    const all = await withBudget()
    const { attempt, told } = answering({ status: 429, retryAfterMs: 1000 }, { status: 200 })
    const result = all.policy.call(attempt, { mayRetry: true })
    await all.pass(999)
    assert.equal(told.length, 1)
    await all.pass(1)
    assert.equal(told.length, 2)
    assert.deepEqual(await result, { kind: 'done', value: { status: 200 } })

    const tooLong = answering({ status: 429, retryAfterMs: 3000 })
    assert.deepEqual(await all.policy.call(tooLong.attempt, { mayRetry: true }), {
      kind: 'done',
      value: { status: 429, retryAfterMs: 3000 },
    })
  })

  test('never asks an open circuit, and tells what the attempt before found out', async () => {
    const all = await withBudget()
    const { attempt } = answering({ status: 500 })
    let last: PolicyResult<Answer> | undefined
    while (all.policy.breaker.state === 'closed') {
      const result = all.policy.call(attempt, { mayRetry: true })
      await all.pass(500)
      last = await result
    }
    assert.equal(last?.kind, 'done')
    const before = all.policy.budget.retries
    const refused = await all.policy.call(attempt, { mayRetry: true })
    assert.ok(refused.kind === 'refused' && refused.by === 'breaker' && refused.retryAfterMs > 0)
    assert.equal(all.policy.budget.retries, before)
  })

  test('goes on while the breaker is disabled by hand: then every call goes through', async () => {
    const all = await withBudget()
    all.policy.breaker.force('disabled', 60_000)
    const { attempt, told } = answering({ status: 500 }, { status: 200 })
    const result = await outcome(all, attempt, { mayRetry: true })
    assert.deepEqual([result, told.length], [{ kind: 'done', value: { status: 200 } }, 2])
  })

  test('stays within 10 % of the calls and one a second, whatever fails', async () => {
    const all = setUp({
      breaker: { rateRule: { minCalls: 1_000_000 }, fastTrip: { sustainedMs: 3_600_000 } },
    })
    let attempts = 0
    const attempt = async (): Promise<Answer> => {
      attempts += 1
      return { status: 500 }
    }
    const calls: Promise<unknown>[] = []
    for (let count = 0; count < 2000; count += 1) {
      calls.push(all.policy.call(attempt, { mayRetry: true }))
      await all.pass(10)
    }
    await all.pass(10_000)
    await Promise.all(calls)
    const seconds = 20
    assert.ok(attempts <= 2000 * 1.1 + seconds, `${attempts} attempts`)
    assert.ok(attempts >= 2000 * 1.1, `${attempts} attempts: the budget should be used`)
  })
})

describe('the bulkhead', () => {
  test('refuses the call after the last place, at once, and the breaker never hears of it', async () => {
    const all = setUp({ bulkhead: { limit: 5 }, attemptTimeoutMs: 300 })
    const busy = Array.from({ length: 5 }, () => all.policy.call(hanging))
    const refused = await all.policy.call(hanging)
    assert.deepEqual(refused, { kind: 'refused', by: 'bulkhead', retryAfterMs: 50 })
    assert.deepEqual([all.policy.bulkhead.inFlight, all.policy.bulkhead.rejected], [5, 1])
    await all.pass(300)
    await Promise.all(busy)
    assert.equal(all.policy.bulkhead.inFlight, 0)
    assert.equal(all.policy.breaker.counts.failure, 5)
  })

  test('counts what really runs, also when nobody waits for it any more', async () => {
    const all = setUp({ bulkhead: { limit: 1 }, attemptTimeoutMs: 300 })
    const end = Promise.withResolvers<Answer>()
    const result = all.policy.call(() => end.promise)
    await all.pass(300)
    assert.equal((await result).kind, 'failed')
    assert.equal(all.policy.bulkhead.inFlight, 1)
    end.resolve({ status: 200 })
    await all.pass(0)
    assert.equal(all.policy.bulkhead.inFlight, 0)
  })
})

describe('the fallback', () => {
  const cached = { kind: 'done', value: { status: 203 } } as const

  test('answers when the callee cannot, refusals included', async () => {
    const all = setUp()
    const { attempt } = answering({ status: 500 })
    assert.deepEqual(await outcome(all, attempt, { fallback: () => cached }), cached)
    await openIt(all)
    assert.deepEqual(await all.policy.call(attempt, { fallback: () => cached }), cached)
  })

  test('is not asked when the answer is good, or when nobody waits for one', async () => {
    const all = setUp()
    const fallback = () => assert.fail('not to be asked')
    await outcome(all, answering({ status: 404 }).attempt, { fallback })
    const signal = AbortSignal.abort()
    await outcome(all, answering({ status: 200 }).attempt, { fallback, signal })
  })
})

describe('the recovery probe', () => {
  test('ends the open time early, and asks only while the breaker is open', async () => {
    let asked = 0
    let isWell = false
    const probe = async () => {
      asked += 1
      return isWell
    }
    const all = setUp({}, { probe })
    await all.pass(5000)
    assert.equal(asked, 0)
    await openIt(all)
    isWell = true
    await all.pass(480)
    assert.equal(asked, 0)
    await all.pass(20)
    assert.equal(all.policy.breaker.state, 'half_open')
    assert.equal(all.transitions.at(-1)?.reason, 'a recovery probe was answered')
    await all.pass(5000)
    assert.equal(asked, 1)
    for (let count = 0; count < 3; count += 1) await all.policy.call(answering({ status: 200 }).attempt)
    assert.equal(all.policy.breaker.state, 'closed')
    assert.equal(all.waiting(), 0)
  })

  test('after a minute of outage, the breaker closes within a second', async () => {
    let isWell = false
    const all = setUp({}, { probe: async () => isWell })
    await openIt(all)
    const traffic = async () => {
      await all.policy.call(answering({ status: isWell ? 200 : 500 }).attempt)
      await all.pass(10)
    }
    for (let elapsedMs = 0; elapsedMs < 60_000; elapsedMs += 10) await traffic()
    isWell = true
    const backAtMs = all.clock.monotonicMs()
    while (all.policy.breaker.state !== 'closed') await traffic()
    assert.ok(all.clock.monotonicMs() - backAtMs <= 600)
  })

  test('that is answered while calls fail is not believed again before the back-off has passed', async () => {
    const all = setUp({}, { probe: async () => true })
    await openIt(all)
    const endMs = all.clock.monotonicMs() + 60_000
    while (all.clock.monotonicMs() < endMs) {
      await all.policy.call(answering({ status: 500 }).attempt)
      await all.pass(10)
    }
    const opened = all.transitions.filter(({ to }) => to === 'open').map(({ at }) => at)
    const gaps = opened.slice(1).map((at, index) => Math.round((at - (opened[index] ?? 0)) / 500) / 2)
    // Half a second until the first probe; then the back-off.
    assert.deepEqual(gaps, [0.5, 1, 2, 4, 8, 15, 15])
  })
})
