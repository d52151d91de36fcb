import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Attempt } from '../src/attempt-timeout.ts'
import { answering, hanging, openIt, outcome, setUp, type Answer } from './policy-under-test.ts'

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
