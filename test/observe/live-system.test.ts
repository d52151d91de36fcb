import { describe, expect, test } from 'vitest'
import type { SystemEvent } from '../../src/events.ts'
import { liveSystem } from '../../src/observe/live-system.ts'
import type { LiveSystem } from '../../src/system/live-system.ts'
import {
  aboutFault,
  aboutService,
  breakerGoes,
  eventsAt,
  killed,
  now,
  shop,
  type Differing,
} from './fixtures/watched-shop.ts'

const seen = (differing: Differing, events: SystemEvent[] = []): LiveSystem =>
  liveSystem(shop(differing), events)

const rowOf = (live: LiveSystem, service: string) => live.rows.find((row) => row.service === service)
const breakerOf = (live: LiveSystem, edge: string) =>
  live.rows.find((row) => row.edge?.name === edge)?.edge?.breaker

describe('a system that is watched', () => {
  test('has a row for each service, from the entry on, and nothing to recover while all is well', () => {
    const live = seen({})
    expect(live.rows.map(({ service, depth }) => `${depth} ${service}`)).toEqual([
      '0 gateway',
      '1 order',
      '2 payment',
      '3 provider',
      '2 notification',
    ])
    expect(live).toMatchObject({ faults: [], recoveries: [], halted: false, at: now })
  })

  test('tells when an open breaker lets calls through, from the remaining time that its service told', () => {
    const live = seen({ breakers: { 'order:payment': { state: 'open', openRemainingMs: 2300 } } })
    expect(breakerOf(live, 'order:payment')).toMatchObject({ state: 'open', triesAt: now + 2300 })
  })

  test('has the faults that are in force, oldest first, on their service, their edge or the way in', () => {
    const latency = { ...killed, id: 'f2', kind: 'latency', target: 'order:payment' }
    const reset = { ...killed, id: 'f3', kind: 'reset', target: 'client:gateway' }
    const over = { ...killed, id: 'f0', state: 'healed' as const, healedAt: now }
    const live = seen({ faults: [reset, latency, killed, over] })
    expect(live.faults.map(({ id }) => id)).toEqual(['f1', 'f2', 'f3'])
    expect(rowOf(live, 'payment')?.faults).toEqual(['f1', 'f2'])
    expect(rowOf(live, 'gateway')?.faults).toEqual(['f3'])
    expect(rowOf(live, 'order')?.faults).toEqual([])
  })
})

describe('an event changes what was seen at once', () => {
  test.each([
    ['a service starts', aboutService('service.started'), 'starting'],
    ['a service is ready', aboutService('service.ready'), 'ready'],
    [
      'a service ends and is started again',
      aboutService('service.exited', { expected: false, restartInMs: 500 }),
      'backing-off',
    ],
    ['a service ends and stays so', aboutService('service.exited', { expected: true }), 'stopped'],
    ['a service crashes too often', aboutService('service.crash-looped'), 'crash-looped'],
  ])('%s', (_, draft, state) => {
    const events = eventsAt([[1, draft]])
    expect(rowOf(seen({ services: { payment: 'unready' } }, events), 'payment')?.state).toBe(state)
  })

  test('a breaker moves, and its remaining time is not known until it is asked again', () => {
    const live = seen({}, eventsAt([[1, breakerGoes('closed', 'open')]]))
    expect(breakerOf(live, 'order:payment')).toEqual({ state: 'open', since: now + 1, triesAt: null })
  })

  test('a fault is asked for, bites, and is healed', () => {
    const told = eventsAt([
      [1, aboutFault('fault.requested', { expiresAt: now + 30_000 })],
      [2, aboutFault('fault.applied')],
      [3, aboutFault('fault.bit', { evidence: 'pid 4711 ended' })],
      [4, aboutFault('fault.healed')],
    ])
    const faultsAfter = (count: number) => seen({}, told.slice(0, count)).faults
    expect(faultsAfter(1)).toMatchObject([{ state: 'applying', expiresAt: now + 30_000, detail: null }])
    expect(faultsAfter(2)).toMatchObject([{ state: 'active' }])
    expect(faultsAfter(3)).toMatchObject([{ state: 'active', detail: 'pid 4711 ended' }])
    expect(faultsAfter(4)).toEqual([])
  })

  test('one that the look has seen already changes nothing', () => {
    const before = eventsAt([
      [-5, breakerGoes('closed', 'open')],
      [-4, aboutService('service.exited', { expected: true })],
      [-3, aboutFault('fault.requested', { expiresAt: now + 30_000 })],
    ])
    expect(seen({}, before)).toEqual(seen({}))
  })
})

describe('what recovers when', () => {
  const told = (differing: Differing, events: SystemEvent[] = []) =>
    seen(differing, events).recoveries.map(
      ({ what, subject, at, despite }) =>
        `${what} ${subject} ${at === null ? '?' : at - now}${despite === null ? '' : ` despite ${despite}`}`,
    )
  const open = (openRemainingMs: number) => ({ 'order:payment': { state: 'open' as const, openRemainingMs } })

  test.each<[string, Differing, string[]]>([
    ['nothing, while all is well', {}, []],
    ['an open breaker tries after its time', { breakers: open(2300) }, ['breaker-tries order:payment 2300']],
    [
      'an open breaker tries in vain while a fault lasts longer than that',
      { breakers: open(2300), faults: [killed], services: { payment: 'held' } },
      ['breaker-tries order:payment 2300 despite kill payment lasts'],
    ],
    [
      'not when the fault ends before',
      { breakers: open(30_000), faults: [killed] },
      ['breaker-tries order:payment 30000'],
    ],
    [
      'not when it is being healed: then it is the service that is not there yet',
      {
        breakers: open(2300),
        faults: [{ ...killed, state: 'healing' }],
        services: { payment: 'starting' },
      },
      ['breaker-tries order:payment 2300 despite payment is starting', 'service-is-ready payment ?'],
    ],
    [
      'a fault on the edge itself is in the way too',
      { breakers: open(2300), faults: [{ ...killed, kind: 'partition', target: 'order:payment' }] },
      ['breaker-tries order:payment 2300 despite partition order:payment lasts'],
    ],
    [
      'a callee that is down without a fault is in the way',
      { breakers: open(2300), services: { payment: 'crash-looped' } },
      ['breaker-tries order:payment 2300 despite payment is crash-looped', 'service-stays-down payment ?'],
    ],
    [
      'a half-open breaker waits for its trial calls',
      { breakers: { 'order:payment': { state: 'half_open' } } },
      ['breaker-closes order:payment ?'],
    ],
    [
      'one that was forced open decides again after its time',
      { breakers: { 'order:payment': { state: 'forced_open', openRemainingMs: 9000 } } },
      ['breaker-is-automatic order:payment 9000'],
    ],
    [
      'a service that does not answer is ready again when its fault lets it',
      { services: { payment: 'unready' }, faults: [{ ...killed, kind: 'pause' }] },
      ['service-is-ready payment ? despite pause payment lasts'],
    ],
  ])('%s', (_, differing, expected) => {
    expect(told(differing)).toEqual(expected)
  })

  test('a service that ended by itself is started after its back-off, told by its last exit', () => {
    const exits = eventsAt([
      [-900, aboutService('service.exited', { expected: false, restartInMs: 200 })],
      [-700, aboutService('service.started')],
      [-100, aboutService('service.exited', { expected: false, restartInMs: 400 })],
    ])
    expect(told({ services: { payment: 'backing-off' } }, exits)).toEqual(['service-starts payment 300'])
  })

  test('the next comes first, what has no time comes last', () => {
    const breakers = { ...open(2300), 'gateway:order': { state: 'open' as const, openRemainingMs: 900 } }
    expect(told({ breakers, services: { notification: 'starting' } })).toEqual([
      'breaker-tries gateway:order 900',
      'breaker-tries order:payment 2300',
      'service-is-ready notification ?',
    ])
  })
})
