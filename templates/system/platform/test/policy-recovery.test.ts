// A recovery probe of a policy: when it asks, and how soon the breaker closes.

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { answering, openIt, setUp } from './policy-under-test.ts'

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
