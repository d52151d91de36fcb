import { describe, expect, test } from 'vitest'
import { judge } from '../../../src/chaos/experiment/judge.ts'
import type { Known } from '../../../src/chaos/experiment/moments.ts'
import type { EventDraft } from '../../../src/events.ts'
import {
  answered,
  breaker,
  experimentIn,
  faultTold,
  goodRun,
  known,
  load,
  paymentDown,
  seen,
  at,
} from './payment-down.ts'

const states = (events: readonly EventDraft[], more: Partial<Known> = {}, text = paymentDown) =>
  Object.fromEntries(
    judge(experimentIn(text), seen([...events]), known(more)).map(({ name, state, observed }) => [
      name,
      `${state}: ${observed}`,
    ]),
  )

const without = (type: EventDraft['type'], from = 0): EventDraft[] =>
  goodRun.filter((event, index) => event.type !== type || index < from)

describe('judging an experiment', () => {
  test('all is met when all goes as it should, with what was seen', () => {
    expect(states(goodRun)).toEqual({
      'orders-ok before': 'met: 100 % ok, 0 of 40 not',
      'fast before': 'met: p99 5 ms',
      'order-ready before': 'met: 200',
      'kill payment bites': 'met: pid 42 ended by SIGKILL',
      'order:payment open within 500ms of kill payment': 'met: open after 300 ms',
      'orders-ok during kill payment': 'met: 100 % ok, 0 of 40 not',
      'orders-ok again': 'met: 100 % ok, 0 of 40 not, at once',
      'fast again': 'met: p99 5 ms, p99 5 ms before, at once',
      'order-ready again': 'met: 200 at once',
      'breakers closed again': 'met: order:payment after 500 ms',
    })
  })

  test('nothing is decided before it can be', () => {
    const early = states(goodRun.slice(0, 4), { isOver: false, knownUntil: 0, faultIds: [] })
    expect(new Set(Object.values(early).map((text) => text.split(':')[0]))).toEqual(
      new Set(['pending', 'met']),
    )
    expect(early['orders-ok before']).toBe('pending: not measured yet')
    expect(early['kill payment bites']).toBe('pending: not set yet')
  })

  const misses: [what: string, name: string, events: readonly EventDraft[], observed: string][] = [
    [
      'a breaker that never opens',
      'order:payment open within 500ms of kill payment',
      without('breaker.transition'),
      'it did not become open',
    ],
    [
      'a breaker that opens too late',
      'order:payment open within 500ms of kill payment',
      [...without('breaker.transition'), breaker(5.8, 'closed', 'open'), breaker(9.5, 'open', 'closed')],
      'open after 800 ms',
    ],
    [
      'a breaker that does not close again',
      'breakers closed again',
      [...without('breaker.transition'), breaker(5.3, 'closed', 'open')],
      'order:payment is open',
    ],
    [
      'a breaker that closes too late',
      'breakers closed again',
      [...without('breaker.transition'), breaker(5.3, 'closed', 'open'), breaker(12.5, 'open', 'closed')],
      'order:payment is open',
    ],
    [
      'a route that breaks for two seconds of the fault',
      'orders-ok during kill payment',
      [...without('load.interval'), ...load(0, 6), ...load(6, 8, { failed: 3 }), ...load(8, 16)],
      '92.5 % ok, 3 of 40 not, from 0 s to 2 s of the fault',
    ],
    [
      'a route that does not come back',
      'orders-ok again',
      [...without('load.interval'), ...load(0, 9), ...load(9, 16, { failed: 20 })],
      '0 % ok, 40 of 40 not',
    ],
    [
      'a route that comes back too late',
      'orders-ok again',
      [...without('load.interval'), ...load(0, 9), ...load(9, 13, { failed: 20 }), ...load(13, 16)],
      '100 % ok, 0 of 40 not, after 4 s',
    ],
    [
      'a latency above so many times the baseline',
      'fast again',
      [...without('load.interval'), ...load(0, 9), ...load(9, 16, { ms: 11 })],
      'p99 11 ms, p99 5 ms before',
    ],
    ['a probe that says no in the end', 'order-ready again', [...goodRun, answered(10, false)], '503'],
    [
      'a fault that was never healed',
      'breakers closed again',
      without('fault.healed'),
      'a fault was not healed',
    ],
    [
      'a fault that touched nothing',
      'kill payment bites',
      [...without('fault.bit'), ...faultTold(9, 'failed')],
      'it touched nothing',
    ],
    [
      'a baseline that is broken',
      'orders-ok before',
      [...load(0, 5, { failed: 2 }), ...goodRun.slice(6)],
      '90 % ok, 4 of 40 not',
    ],
    ['a baseline without arrivals', 'orders-ok before', goodRun.slice(6), 'nothing arrived'],
  ]
  describe('a latency that was missed while the generator was late itself', () => {
    const whileFaulty = paymentDown.replace('probe: orders-ok, during', 'probe: fast, during')
    const fastAfter = (experiment: string, name: string, ...seconds: EventDraft[][]) =>
      judge(
        experimentIn(experiment),
        seen(...without('load.interval'), ...load(0, 5), ...seconds),
        known(),
      ).find((one) => one.name === name)

    test.each<[lateMs: number, concerns: string]>([
      [0, 'hypothesis'],
      [30, 'hypothesis'],
      [35, 'generator'],
    ])('by %d ms concerns the %s', (lateMs, concerns) => {
      const slow = load(6, 8, { ms: 44, lateMs })
      expect(fastAfter(whileFaulty, 'fast during kill payment', load(5, 6), slow, load(8, 16))).toMatchObject(
        {
          state: 'missed',
          concerns,
        },
      )
    })

    test('… in one window is a miss all the same when another window has no such excuse', () => {
      const seconds = [load(5, 7, { ms: 44, lateMs: 40 }), load(7, 9, { ms: 11 }), load(9, 16)]
      expect(fastAfter(whileFaulty, 'fast during kill payment', ...seconds)).toMatchObject({
        state: 'missed',
        concerns: 'hypothesis',
        observed: 'p99 11 ms, p99 5 ms before, from 2 s to 4 s of the fault',
      })
    })

    test('… after the heal is told with the lateness', () => {
      expect(
        fastAfter(paymentDown, 'fast again', load(5, 14), load(14, 16, { ms: 44, lateMs: 40 })),
      ).toMatchObject({
        state: 'missed',
        concerns: 'generator',
        observed: 'p99 44 ms, p99 5 ms before, up to 40 ms of it because the load generator was late',
      })
    })

    test('… does not excuse what came back too late', () => {
      const seconds = [load(5, 14, { ms: 44 }), load(14, 15, { ms: 44, lateMs: 40 }), load(15, 17)]
      expect(fastAfter(paymentDown, 'fast again', ...seconds)).toMatchObject({
        state: 'missed',
        concerns: 'recovery',
      })
    })
  })

  test('a fault that was lost before its end says nothing of the system, which is judged as whole again since then', () => {
    const data = { kind: 'kill', target: 'payment', reason: 'the proxy ended', isGone: true as const }
    const lost = { at: at(8), source: 'agent', type: 'fault.failed', subject: 'fault:f1', data } as const
    const told = states([...without('fault.healed'), lost])
    expect(told['kill payment bites']).toBe('missed: the proxy ended')
    expect(told['order-ready again']).toBe('met: 200 at once')
    expect(told['breakers closed again']).toMatch(/^met/)
  })

  test('an experiment that is ended before its fault blames no fault for it', () => {
    const early = states(goodRun.slice(0, 4), { faultIds: [undefined] })
    for (const name of ['orders-ok again', 'order-ready again', 'breakers closed again']) {
      expect(early[name]).toBe('missed: it ended before every fault was set')
    }
  })

  test.each(misses)('%s is a miss', (_, name, events, observed) => {
    const { [name]: told, ...others } = states(events)
    expect(told).toContain('missed: ')
    expect(told).toContain(observed)
    expect(Object.keys(others).length).toBeGreaterThan(5)
  })

  test('a route that breaks is a miss at once, while the fault goes on', () => {
    const events = [...load(0, 5), ...faultTold(5, 'applied', 'bit'), ...load(5, 7, { failed: 20 })]
    const told = states(events, { isOver: false, knownUntil: 0 })
    expect(told['orders-ok during kill payment']).toMatch(/^missed: 0 % ok/)
  })

  describe('a probe that may break at first', () => {
    const text = paymentDown.replace('probe: orders-ok, during: true', 'probe: orders-ok, within: 2s')
    const name = 'orders-ok within 2s of kill payment'
    const breaksFor = (seconds: number): EventDraft[] => [
      ...goodRun.filter(({ type }) => type !== 'load.interval'),
      ...load(0, 5),
      ...load(5, 5 + seconds, { failed: 20 }),
      ...load(5 + seconds, 16),
    ]
    test.each([
      [1, 'met: 100 % ok, 0 of 40 not, after 1 s'],
      [2, 'met: 100 % ok, 0 of 40 not, after 2 s'],
      [3, 'missed: 50 % ok'],
    ])('for %i s', (seconds, told) => {
      expect(states(breaksFor(seconds), {}, text)[name]).toContain(told)
    })
  })

  describe('a breaker that must stay as it is', () => {
    const text = paymentDown.replace('state: open, within: 500ms', 'state: closed, during: true')
    const name = 'order:payment closed during kill payment'
    test('is a miss when it moves', () => {
      expect(states(goodRun, {}, text)[name]).toBe('missed: open after 300 ms')
    })
    test('is met when it does not', () => {
      expect(states(without('breaker.transition'), {}, text)[name]).toBe('met: closed all the while')
    })
    test('is a miss when it was not so in the first place', () => {
      expect(states([breaker(1, 'closed', 'open'), ...goodRun], {}, text)[name]).toContain(
        'missed: it was open',
      )
    })
  })

  test('an http probe during a fault is judged by every answer', () => {
    const text = paymentDown.replace('probe: orders-ok, during', 'probe: order-ready, during')
    expect(states(goodRun, {}, text)['order-ready during kill payment']).toBe('met: 200 all the while')
    const dipped = [...goodRun, answered(6, false), answered(7, true)]
    expect(states(dipped, {}, text)['order-ready during kill payment']).toBe('missed: 503 after 1000 ms')
  })
})
