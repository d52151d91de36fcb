// How long a breaker stays open, and what ends that time early: a recovery probe, or somebody's hand.

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { setUp } from './breaker-under-test.ts'

describe('a breaker set by hand', () => {
  test('forced open refuses for its time, then starts anew as closed', () => {
    const { breaker, clock, state } = setUp()
    breaker.force('forced_open', 5000)
    assert.equal(breaker.acquire().admitted, false)
    clock.advance(4999)
    assert.equal(state(), 'forced_open')
    clock.advance(1)
    assert.equal(state(), 'closed')
  })

  test('disabled admits everything and judges nothing', () => {
    const { breaker, call, state } = setUp()
    breaker.force('disabled', 60_000)
    for (let count = 0; count < 200; count += 1) call('fail', 10)
    assert.equal(state(), 'disabled')
    breaker.auto()
    assert.equal(state(), 'closed')
  })
})

test('an open breaker forced and released is closed; auto does nothing to one that was not forced', () => {
  const { breaker, openIt, state } = setUp()
  openIt()
  breaker.auto()
  assert.equal(state(), 'open')
  breaker.force('disabled', 1000)
  breaker.auto()
  assert.equal(state(), 'closed')
})

test('keeps the last 256 transitions', () => {
  const { breaker } = setUp()
  for (let count = 0; count < 300; count += 1) breaker.force('disabled', 1000 + count)
  const { transitions } = breaker.snapshot()
  assert.equal(transitions.length, 256)
  assert.equal(transitions.at(-1)?.reason, 'set by hand for 1.299 s')
})

describe('the open time', () => {
  /** Opens, and lets the first trial of each half-open fail, so many times; gives the open times. */
  function openTimes(random: () => number, times: number): number[] {
    const { breaker, clock, call, openIt, state } = setUp({ random })
    openIt()
    return Array.from({ length: times }, () => {
      const { openRemainingMs } = breaker.snapshot()
      clock.advance(openRemainingMs)
      assert.equal(state(), 'half_open')
      call('fail')
      return openRemainingMs
    })
  }

  test('doubles with each failed trial, up to 15 s', () => {
    assert.deepEqual(
      openTimes(() => 0.5, 6),
      [1000, 2000, 4000, 8000, 15_000, 15_000],
    )
  })

  test('varies by a fifth both ways, so that replicas do not try in the same moment', () => {
    const firsts = [0, 0.25, 0.75, 1 - 1e-9].map((value) => openTimes(() => value, 1)[0])
    assert.deepEqual(firsts, [800, 900, 1100, 1200])
  })

  test('is short again after a recovery', () => {
    const { breaker, clock, call, openIt } = setUp()
    openIt()
    clock.advance(1000)
    call('fail')
    clock.advance(2000)
    for (let count = 0; count < 3; count += 1) call('succeed')
    openIt()
    assert.equal(breaker.snapshot().openRemainingMs, 1000)
  })
})

describe('a recovery probe', () => {
  test('ends the open time early, and steers nothing else', () => {
    const { breaker, state, openIt, clock } = setUp()
    breaker.probeSucceeded()
    assert.equal(state(), 'closed')
    openIt()
    clock.advance(100)
    breaker.probeSucceeded()
    assert.equal(state(), 'half_open')
    assert.equal(breaker.snapshot().transitions.at(-1)?.reason, 'a recovery probe was answered')
    for (const to of ['forced_open', 'disabled'] as const) {
      breaker.force(to, 1000)
      breaker.probeSucceeded()
      assert.equal(state(), to)
    }
  })

  test('that led to a failed trial is not believed before the open time has passed', () => {
    const { breaker, state, openIt, clock, call } = setUp()
    openIt()
    breaker.probeSucceeded()
    call('fail')
    clock.advance(999)
    breaker.probeSucceeded()
    assert.equal(state(), 'open')
    clock.advance(1)
    assert.equal(state(), 'half_open')
    // It was answered all the while, so the next failure speaks against it again.
    call('fail')
    breaker.probeSucceeded()
    assert.equal(state(), 'open')
  })

  test('is believed after trials that failed without any promise, and the back-off starts anew', () => {
    const { breaker, state, openIt, clock, call } = setUp()
    openIt()
    for (const openMs of [1000, 2000, 4000, 8000]) {
      clock.advance(openMs)
      call('fail')
    }
    breaker.probeSucceeded()
    assert.equal(state(), 'half_open')
    call('fail')
    assert.equal(breaker.snapshot().openRemainingMs, 1000)
  })
})
