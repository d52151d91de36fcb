// A breaker on a clock that the test moves.

import assert from 'node:assert/strict'
import { createBreaker, type Breaker, type BreakerOptions, type Permit } from '../src/breaker.ts'
import { createFakeClock } from './fake-clock.ts'

type Ending = 'succeed' | 'fail' | 'ignore'

export function setUp(options: Partial<BreakerOptions> = {}) {
  const clock = createFakeClock()
  const breaker = createBreaker({
    name: 'order:payment',
    clock,
    slowAfterMs: 250,
    trialTimeoutMs: 1000,
    // No jitter.
    random: () => 0.5,
    ...options,
  })
  const call = (ending: Ending, tookMs = 1): void => {
    const permit = admitted(breaker)
    clock.advance(tookMs)
    permit[ending]()
  }
  const state = () => breaker.snapshot().state
  const openIt = (): void => {
    for (let count = 0; state() === 'closed'; count += 1) {
      assert.ok(count < 1000, 'the breaker should have opened')
      call('fail', 10)
    }
  }
  return { clock, breaker, call, state, openIt }
}

export function admitted(breaker: Breaker): Permit {
  const permit = breaker.acquire()
  assert.ok(permit.admitted, 'the call should be admitted')
  return permit
}
