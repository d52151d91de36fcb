import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { createBreaker, type Breaker, type BreakerOptions, type Permit } from '../src/breaker.ts'
import { createFakeClock } from './fake-clock.ts'

type Ending = 'succeed' | 'fail' | 'ignore'

function setUp(options: Partial<BreakerOptions> = {}) {
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

function admitted(breaker: Breaker): Permit {
  const permit = breaker.acquire()
  assert.ok(permit.admitted, 'the call should be admitted')
  return permit
}

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
