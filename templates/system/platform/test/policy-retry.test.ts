// Which calls are tried again, how often, and when.

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { CallOptions, PolicyResult } from '../src/policy.ts'
import type { PolicyOverrides } from '../src/policy-config.ts'
import { answering, outcome, setUp, type Answer, type SetUp } from './policy-under-test.ts'

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
