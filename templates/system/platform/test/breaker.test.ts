import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { BreakerOptions } from '../src/breaker.ts'
import { admitted, setUp } from './breaker-under-test.ts'

describe('a closed breaker', () => {
  test('opens when a dead callee has refused calls for 200 ms, at any rate', () => {
    const table = [
      { callEveryMs: 0.1, openAfterMs: [200, 203] },
      { callEveryMs: 1, openAfterMs: [200, 203] },
      { callEveryMs: 10, openAfterMs: [280, 300] },
    ] as const
    for (const { callEveryMs, openAfterMs } of table) {
      const { clock, call, state } = setUp()
      for (let count = 0; count < 10_000; count += 1) call('succeed', callEveryMs)
      const diedAt = clock.monotonicMs()
      while (state() === 'closed') call('fail', callEveryMs)
      const tookMs = clock.monotonicMs() - diedAt
      assert.ok(tookMs >= openAfterMs[0] && tookMs <= openAfterMs[1], `every ${callEveryMs} ms: ${tookMs} ms`)
    }
  })

  test('opens at the 29th call that ran into its time limit, since those started long ago', () => {
    const { clock, breaker, call, state } = setUp()
    for (let count = 0; count < 100; count += 1) call('succeed')
    const permits = Array.from({ length: 29 }, () => admitted(breaker))
    clock.advance(500)
    for (const permit of permits.slice(1)) permit.fail()
    assert.equal(state(), 'closed')
    permits[0]?.fail()
    assert.equal(state(), 'open')
    assert.equal(breaker.snapshot().transitions[0]?.reason, '29 of the last 32 calls failed, for 500 ms')
  })

  test('stays closed through one burst of resets among healthy calls', () => {
    const { call, state, breaker, clock } = setUp()
    for (let count = 0; count < 100; count += 1) call('succeed')
    const burst = Array.from({ length: 40 }, () => admitted(breaker))
    clock.advance(20)
    for (const permit of burst) permit.fail()
    for (let count = 0; count < 300; count += 1) call('succeed')
    assert.equal(state(), 'closed')
  })

  test('opens by rate: half of at least 20 calls within 10 s', () => {
    const table = [
      { failures: 9, successes: 9, opens: false },
      { failures: 10, successes: 10, opens: true },
      { failures: 9, successes: 11, opens: false },
      { failures: 12, successes: 12, opens: true },
    ]
    for (const { failures, successes, opens } of table) {
      const { call, state } = setUp()
      for (let count = 0; count < successes; count += 1) call('succeed')
      for (let count = 0; count < failures; count += 1) call('fail')
      assert.equal(state(), opens ? 'open' : 'closed', `${failures} of ${failures + successes} failed`)
    }
  })

  test('opens when half of the calls are slow, though all succeed', () => {
    const { call, state, breaker } = setUp()
    for (let count = 0; count < 10; count += 1) call('succeed', 1)
    for (let count = 0; count < 10; count += 1) call('succeed', 300)
    assert.equal(state(), 'open')
    assert.match(breaker.snapshot().transitions[0]?.reason ?? '', /50 % of 20 calls were slow in 10 s/)
  })

  test('forgets failures after 10 s', () => {
    const { call, clock, state, breaker } = setUp()
    for (let count = 0; count < 19; count += 1) call('fail')
    clock.advance(11_000)
    call('fail')
    assert.equal(state(), 'closed')
    assert.equal(breaker.snapshot().calls, 1)
  })

  test('learns nothing from calls that their callers gave up', () => {
    const { call, state, breaker } = setUp()
    for (let count = 0; count < 100; count += 1) call('ignore', 10)
    assert.equal(state(), 'closed')
    assert.equal(breaker.snapshot().calls, 0)
    assert.equal(breaker.counts.ignored, 100)
  })

  test('counts a permit once, however often it is settled', () => {
    const { breaker } = setUp()
    const permit = admitted(breaker)
    permit.succeed()
    permit.fail()
    permit.fail()
    assert.deepEqual({ ...breaker.counts }, { success: 1, failure: 0, ignored: 0, rejected: 0, stale: 0 })
  })
})

describe('an open breaker', () => {
  test('refuses at once, and says how long it stays open', () => {
    const { breaker, openIt, clock } = setUp()
    openIt()
    clock.advance(400)
    assert.deepEqual(breaker.acquire(), { admitted: false, state: 'open', retryAfterMs: 600 })
    assert.equal(breaker.snapshot().openRemainingMs, 600)
  })

  test('is not closed, kept open or opened anew by late results of calls from before', () => {
    for (const ending of ['succeed', 'fail', 'ignore'] as const) {
      const { breaker, openIt, clock, state } = setUp()
      const late = Array.from({ length: 60 }, () => admitted(breaker))
      openIt()
      clock.advance(900)
      for (const permit of late.slice(0, 20)) permit[ending]()
      assert.equal(state(), 'open')
      assert.equal(breaker.snapshot().openRemainingMs, 100)
      clock.advance(100)
      for (const permit of late.slice(20, 40)) permit[ending]()
      assert.equal(state(), 'half_open')
      for (const permit of [admitted(breaker), admitted(breaker), admitted(breaker)]) permit.succeed()
      for (const permit of late.slice(40)) permit[ending]()
      assert.equal(state(), 'closed')
      assert.equal(breaker.counts.stale, 60)
    }
  })
})

describe('a half-open breaker', () => {
  function halfOpen() {
    const all = setUp()
    all.openIt()
    all.clock.advance(1000)
    return all
  }

  test('admits 3 of 10,000 callers and refuses the rest at once', () => {
    const { breaker } = halfOpen()
    const answers = Array.from({ length: 10_000 }, () => breaker.acquire())
    assert.equal(answers.filter(({ admitted: isAdmitted }) => isAdmitted).length, 3)
  })

  test('closes when 3 of 3 trials succeed, and starts with an empty window', () => {
    const { call, state, breaker } = halfOpen()
    call('succeed')
    call('succeed')
    assert.equal(state(), 'half_open')
    call('succeed')
    assert.equal(state(), 'closed')
    assert.equal(breaker.snapshot().calls, 0)
    assert.deepEqual(
      breaker.snapshot().transitions.map(({ from, to }) => `${from}→${to}`),
      ['closed→open', 'open→half_open', 'half_open→closed'],
    )
  })

  test('opens again when any trial fails or is slow', () => {
    const table = [
      { ending: 'fail', tookMs: 1, reason: 'a trial call failed' },
      { ending: 'succeed', tookMs: 251, reason: 'a trial call was slow' },
    ] as const
    for (const { ending, tookMs, reason } of table) {
      const { call, state, breaker } = halfOpen()
      call('succeed')
      call('succeed')
      call(ending, tookMs)
      assert.equal(state(), 'open')
      assert.equal(breaker.snapshot().transitions.at(-1)?.reason, reason)
      assert.equal(breaker.snapshot().openRemainingMs, 2000)
    }
  })

  test('takes a permit back from a caller who gave up', () => {
    const { call, state, breaker } = halfOpen()
    for (let count = 0; count < 10; count += 1) call('ignore')
    for (let count = 0; count < 3; count += 1) call('succeed')
    assert.equal(state(), 'closed')
    assert.equal(breaker.counts.ignored, 10)
  })

  test('opens again when trials hang, and not because there was no traffic', () => {
    const { breaker, clock, state } = halfOpen()
    clock.advance(60_000)
    assert.equal(state(), 'half_open')
    for (let count = 0; count < 3; count += 1) admitted(breaker)
    clock.advance(999)
    assert.equal(state(), 'half_open')
    clock.advance(1)
    assert.equal(state(), 'open')
  })
})

test('impossible options are named', () => {
  const table: [Partial<BreakerOptions>, RegExp][] = [
    [{ slowAfterMs: 0 }, /^PolicyError: breaker\.slowAfterMs must be a positive number/],
    [{ trials: 0 }, /breaker\.trials must be a whole number, 1 or more, but is 0/],
    [{ jitter: 1 }, /breaker\.jitter/],
    [{ openMs: -1 }, /breaker\.openMs/],
    [{ maxOpenMs: 10 }, /breaker\.maxOpenMs must be at least openMs \(1000\)/],
  ]
  for (const [options, message] of table) assert.throws(() => setUp(options), message)
})
