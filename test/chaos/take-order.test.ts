import { describe, expect, test } from 'vitest'
import { longestLeaseMs } from '../../src/chaos/lease.ts'
import { UserError } from '../../src/errors.ts'
import { deskUnderTest } from './desk-under-test.ts'

const codeOf = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => 'no error',
    (error: unknown) => (error instanceof UserError ? error.code : String(error)),
  )

describe('a fault is refused', () => {
  test.for([
    { says: 'of an unknown kind', request: { kind: 'bend', target: 'payment' }, code: 'unknown-fault-kind' },
    {
      says: 'with a parameter that it does not have',
      request: { kind: 'dent', target: 'payment', params: { dept: 1 } },
      code: 'unknown-parameter',
    },
    {
      says: 'with a parameter out of its bounds',
      request: { kind: 'dent', target: 'payment', params: { depth: '2s' } },
      code: 'bad-value',
    },
    { says: 'of no percent', request: { kind: 'dent', target: 'payment', percent: 0 }, code: 'bad-value' },
    {
      says: 'in a direction when it has none',
      request: { kind: 'dent', target: 'payment', direction: 'up' as const },
      code: 'unknown-parameter',
    },
    {
      says: 'with a broken seed',
      request: { kind: 'dent', target: 'payment', seed: 1.5 },
      code: 'bad-value',
    },
    { says: 'on an unknown service', request: { kind: 'dent', target: 'paymnet' }, code: 'unknown-service' },
    { says: 'for no time', request: { kind: 'dent', target: 'payment', forMs: 0 }, code: 'bad-value' },
    { says: 'for ever', request: { kind: 'dent', target: 'payment', forMs: Infinity }, code: 'bad-value' },
    {
      says: 'for too long',
      request: { kind: 'dent', target: 'payment', forMs: longestLeaseMs + 1 },
      code: 'bad-value',
    },
  ])('$says', async ({ request, code }) => {
    const { desk, types } = deskUnderTest()
    expect(await codeOf(desk.request(request))).toBe(code)
    expect(types()).toEqual([])
  })

  test('while faults are halted', async () => {
    const { desk, halt } = deskUnderTest()
    halt.isOn = true
    expect(await codeOf(desk.request({ kind: 'dent', target: 'payment' }))).toBe('faults-halted')
  })

  test('when it would touch nothing, before anything is written or done', async () => {
    const { desk, types, done } = deskUnderTest({ refuse: new Error('payment is down') })
    await expect(desk.request({ kind: 'dent', target: 'payment' })).rejects.toThrow('payment is down')
    expect([types(), done, desk.list()]).toEqual([[], [], []])
  })

  test('when it conflicts with one that is not healed yet, before anything is written or done', async () => {
    const bitten = Promise.withResolvers<string>()
    const { desk, clock, types, done } = deskUnderTest({ bite: () => bitten.promise })
    const first = desk.request({ kind: 'dent', target: 'payment' })
    // At the same moment, while the first is still being applied: the one that a released hold came from.
    const second = desk.request({ kind: 'dent', target: 'payment' })
    await expect(second).rejects.toMatchObject({ code: 'faults-conflict', data: { conflictsWith: 'f1' } })
    bitten.resolve('a dent')
    expect(await first).toMatchObject({ state: 'active' })
    expect([types(), done]).toEqual([
      ['fault.requested', 'fault.applied', 'fault.bit'],
      ['on disk', 'dent payment'],
    ])
    expect(await codeOf(desk.request({ kind: 'dent', target: 'payment' }))).toBe('faults-conflict')
    expect(await codeOf(desk.request({ kind: 'dent', target: 'order' }))).toBe('no error')
    await clock.advance(30_000)
    expect(await codeOf(desk.request({ kind: 'dent', target: 'payment' }))).toBe('no error')
  })

  test('when it conflicts with one that could not be healed, until that one is', async () => {
    let isBroken = true
    const undo = async (): Promise<void> => {
      if (isBroken) throw new Error('no hammer')
    }
    const { desk } = deskUnderTest({ undo })
    await desk.request({ kind: 'dent', target: 'payment' })
    await desk.heal('f1', 'command')
    expect(await codeOf(desk.request({ kind: 'dent', target: 'payment' }))).toBe('faults-conflict')
    isBroken = false
    expect(await desk.healAll('command')).toMatchObject([{ id: 'f1', state: 'healed' }])
    expect(await codeOf(desk.request({ kind: 'dent', target: 'payment' }))).toBe('no error')
  })

  test('when it is unknown and to be healed', async () => {
    expect(await codeOf(deskUnderTest().desk.heal('f9', 'command'))).toBe('unknown-fault')
  })
})
