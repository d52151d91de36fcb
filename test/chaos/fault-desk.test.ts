import { describe, expect, test } from 'vitest'
import type { FaultKind, FleetUnderFault } from '../../src/chaos/fault.ts'
import { openFaultDesk } from '../../src/chaos/fault-desk.ts'
import { longestLeaseMs } from '../../src/chaos/lease.ts'
import { exitCodes, UserError } from '../../src/errors.ts'
import type { EventDraft } from '../../src/events.ts'
import { fakeClock } from '../fixtures/fake-clock.ts'

const noFleet = {} as FleetUnderFault // the fault below needs nothing of it

interface Behaviour {
  apply?: () => Promise<void>
  bites?: 'with-traffic'
  bite?: (signal: AbortSignal) => Promise<string>
  undo?: () => Promise<string | void>
  refuse?: Error
}

function setUp(behaviour: Behaviour = {}) {
  const clock = fakeClock()
  const told: EventDraft[] = []
  const done: string[] = []
  const orders: object[] = []
  const halt = { isOn: false }
  const dent: FaultKind = {
    kind: 'dent',
    target: 'service',
    summary: 'Makes a dent.',
    examples: [],
    defaultLeaseMs: 30_000,
    params: [{ name: 'depth', unit: 'time', min: 1, max: 1000, default: 5, help: 'how deep' }],
    percentOf: 'connections',
    claims: (target) => [`side of ${target}`],
    prepare({ target, params, percent, seed }) {
      if (behaviour.refuse) throw behaviour.refuse
      return {
        ...(behaviour.bites && { bites: behaviour.bites }),
        async apply() {
          await behaviour.apply?.()
          done.push(`dent ${target}`)
          orders.push({ ...params, percent, seed })
          return { pids: [7], bite: behaviour.bite ?? (async () => 'a dent') }
        },
        async undo() {
          const touched = await behaviour.undo?.()
          done.push(`mend ${target}`)
          return touched
        },
      }
    },
  }
  const desk = openFaultDesk({
    kinds: [dent],
    services: ['order', 'payment'],
    edges: ['order:payment'],
    fleet: noFleet,
    clock,
    isHalted: () => halt.isOn,
    publish: (event) => void told.push(event),
    publishDurably(event) {
      done.push('on disk')
      told.push(event)
    },
  })
  return { desk, clock, done, orders, halt, types: () => told.map(({ type }) => type), told }
}

const codeOf = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => 'no error',
    (error: unknown) => (error instanceof UserError ? error.code : String(error)),
  )

describe('a leased fault', () => {
  test('its intent is on the disk before it is applied', async () => {
    const { desk, done, types } = setUp()
    const fault = await desk.request({ kind: 'dent', target: 'payment' })
    expect(done).toEqual(['on disk', 'dent payment'])
    expect(types()).toEqual(['fault.requested', 'fault.applied', 'fault.bit'])
    expect(fault).toMatchObject({ id: 'f1', state: 'active', detail: 'a dent' })
  })

  test('ends when its lease ends, not a moment earlier, and by nobody asking', async () => {
    const { desk, clock, done, told } = setUp()
    await desk.request({ kind: 'dent', target: 'payment', forMs: 10_000 })
    await clock.advance(9999)
    expect(done).not.toContain('mend payment')
    await clock.advance(1)
    expect(done).toContain('mend payment')
    expect(told.at(-1)).toMatchObject({
      type: 'fault.healed',
      subject: 'fault:f1',
      data: { by: 'lease', afterMs: 10_000 },
    })
  })

  test('lasts as long as its kind says when nothing is said', async () => {
    const { desk, clock } = setUp()
    const { requestedAt, expiresAt } = await desk.request({ kind: 'dent', target: 'payment' })
    expect(expiresAt - requestedAt).toBe(30_000)
    await clock.advance(30_000)
    expect(desk.list()).toMatchObject([{ state: 'healed', healedAt: expiresAt }])
  })

  test('can be healed early, once', async () => {
    const { desk, clock, done } = setUp()
    await desk.request({ kind: 'dent', target: 'payment' })
    await Promise.all([desk.heal('f1', 'command'), desk.heal('f1', 'command')])
    await clock.advance(60_000)
    expect(done.filter((what) => what === 'mend payment')).toHaveLength(1)
  })

  test('is not undone while it is still being applied', async () => {
    const struck = Promise.withResolvers<void>()
    const { desk, done } = setUp({ apply: () => struck.promise })
    const asked = desk.request({ kind: 'dent', target: 'payment' })
    const healed = desk.healAll('halt')
    struck.resolve()
    expect(await asked).toMatchObject({ id: 'f1' })
    expect(await healed).toMatchObject([{ state: 'healed' }])
    expect(done).toEqual(['on disk', 'dent payment', 'mend payment'])
  })

  test('that does not bite is an error, and is undone', async () => {
    const { desk, done, types } = setUp({ bite: () => Promise.reject(new Error('nothing happened')) })
    await expect(desk.request({ kind: 'dent', target: 'payment' })).rejects.toMatchObject({
      code: 'fault-did-not-bite',
      message: expect.stringContaining('nothing happened') as string,
      exitCode: exitCodes.failed,
      data: { fault: 'f1' },
    })
    expect(done).toContain('mend payment')
    expect(types()).toEqual(['fault.requested', 'fault.applied', 'fault.failed'])
  })

  test('that does not bite and cannot be undone is residual, and named with what to do', async () => {
    const { desk } = setUp({
      bite: () => Promise.reject(new Error('nothing happened')),
      undo: () => Promise.reject(new Error('no hammer')),
    })
    await expect(desk.request({ kind: 'dent', target: 'payment' })).rejects.toMatchObject({
      code: 'fault-unhealed',
      message: expect.stringMatching(/nothing happened.*no hammer/) as string,
      next: expect.stringContaining('msvc chaos heal f1') as string,
      exitCode: exitCodes.residual,
      data: { fault: 'f1' },
    })
    expect(desk.list()).toMatchObject([{ state: 'failed', healedAt: null }])
  })

  test('that is lost while it is being applied has failed, and is not thought to be there', async () => {
    const struck = Promise.withResolvers<void>()
    const { desk, types } = setUp({ apply: () => struck.promise })
    const asked = expect(desk.request({ kind: 'dent', target: 'payment' })).rejects.toMatchObject({
      code: 'fault-did-not-bite',
    })
    desk.lose(() => true, 'the proxy ended')
    struck.resolve()
    await asked
    expect(desk.list()).toMatchObject([{ state: 'failed', healedAt: expect.any(Number) }])
    expect(types()).not.toContain('fault.applied')
  })

  test('that is not seen to bite within 5 s is undone then', async () => {
    const { desk, clock, done, types } = setUp({
      bite: (signal) =>
        new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
    })
    const asked = desk.request({ kind: 'dent', target: 'payment' })
    const refused = expect(asked).rejects.toThrow('it took more than 5 s')
    await clock.advance(4999)
    expect(done).not.toContain('mend payment')
    await clock.advance(1)
    await refused
    expect(done).toContain('mend payment')
    expect(types()).toEqual(['fault.requested', 'fault.applied', 'fault.failed'])
  })

  test('that cannot be healed is said to be so, and can be tried again', async () => {
    let isBroken = true
    const undo = async (): Promise<void> => {
      if (isBroken) throw new Error('payment is crash-looped')
    }
    const { desk } = setUp({ undo })
    await desk.request({ kind: 'dent', target: 'payment' })
    expect(await desk.heal('f1', 'command')).toMatchObject({
      state: 'failed',
      detail: expect.stringContaining('crash-looped'),
    })
    isBroken = false
    expect(await desk.heal('f1', 'command')).toMatchObject({ state: 'healed' })
  })

  test('carries its parameters, read from texts and numbers, with defaults for the rest', async () => {
    const { desk, orders, told } = setUp()
    const fault = await desk.request({
      kind: 'dent',
      target: 'payment',
      percent: 50,
      params: { depth: '90ms' },
    })
    expect(fault).toMatchObject({ percent: 50, seed: 1, direction: null, params: { depth: 90 } })
    expect(orders).toEqual([{ depth: 90, percent: 50, seed: 1 }])
    expect(told[0]?.data).toMatchObject({ settings: { params: { depth: 90 } } })
  })

  test('that bites with traffic is there at once, and bites when something comes by', async () => {
    const traffic = Promise.withResolvers<string>()
    const { desk, types } = setUp({ bites: 'with-traffic', bite: () => traffic.promise })
    const fault = await desk.request({ kind: 'dent', target: 'payment' })
    expect(fault).toMatchObject({ state: 'active', bitAt: null })
    traffic.resolve('touched 5 bytes')
    await expect
      .poll(() => desk.list()[0])
      .toMatchObject({ detail: 'touched 5 bytes', bitAt: expect.any(Number) })
    await desk.heal('f1', 'command')
    expect(types()).toEqual(['fault.requested', 'fault.applied', 'fault.bit', 'fault.healed'])
  })

  test('that touched nothing until its end has failed, and left nothing behind', async () => {
    const { desk, clock, types } = setUp({ bites: 'with-traffic', bite: () => new Promise(() => {}) })
    await desk.request({ kind: 'dent', target: 'payment' })
    await clock.advance(30_000)
    expect(desk.list()).toMatchObject([
      { state: 'failed', detail: 'it touched nothing', bitAt: null, healedAt: expect.any(Number) },
    ])
    expect(types()).toEqual(['fault.requested', 'fault.applied', 'fault.failed'])
  })

  test('that touched something at the last moment has bitten, whichever news comes first', async () => {
    const undo = async (): Promise<string> => 'touched 7 bytes'
    const { desk, types } = setUp({ bites: 'with-traffic', bite: () => new Promise(() => {}), undo })
    await desk.request({ kind: 'dent', target: 'payment' })
    expect(await desk.heal('f1', 'command')).toMatchObject({ state: 'healed', detail: 'touched 7 bytes' })
    expect(types()).toContain('fault.bit')
  })

  test('that somebody else took away has failed, and is not undone again', async () => {
    const { desk, clock, done } = setUp()
    await desk.request({ kind: 'dent', target: 'payment' })
    desk.lose(({ target }) => target === 'payment', 'the proxy ended')
    await clock.advance(60_000)
    expect(desk.list()).toMatchObject([
      { state: 'failed', detail: 'the proxy ended', healedAt: expect.any(Number) },
    ])
    expect(done).not.toContain('mend payment')
    await expect(desk.request({ kind: 'dent', target: 'payment' })).resolves.toMatchObject({
      state: 'active',
    })
  })

  test('ends with the fleet, without anything being started again', async () => {
    const { desk, clock, done, told } = setUp()
    await desk.request({ kind: 'dent', target: 'payment' })
    desk.close()
    await clock.advance(60_000)
    expect(done).not.toContain('mend payment')
    expect(told.at(-1)).toMatchObject({ type: 'fault.healed', data: { by: 'stop' } })
  })
})

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
    const { desk, types } = setUp()
    expect(await codeOf(desk.request(request))).toBe(code)
    expect(types()).toEqual([])
  })

  test('while faults are halted', async () => {
    const { desk, halt } = setUp()
    halt.isOn = true
    expect(await codeOf(desk.request({ kind: 'dent', target: 'payment' }))).toBe('faults-halted')
  })

  test('when it would touch nothing, before anything is written or done', async () => {
    const { desk, types, done } = setUp({ refuse: new Error('payment is down') })
    await expect(desk.request({ kind: 'dent', target: 'payment' })).rejects.toThrow('payment is down')
    expect([types(), done, desk.list()]).toEqual([[], [], []])
  })

  test('when it conflicts with one that is not healed yet, before anything is written or done', async () => {
    const bitten = Promise.withResolvers<string>()
    const { desk, clock, types, done } = setUp({ bite: () => bitten.promise })
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
    const { desk } = setUp({ undo })
    await desk.request({ kind: 'dent', target: 'payment' })
    await desk.heal('f1', 'command')
    expect(await codeOf(desk.request({ kind: 'dent', target: 'payment' }))).toBe('faults-conflict')
    isBroken = false
    expect(await desk.healAll('command')).toMatchObject([{ id: 'f1', state: 'healed' }])
    expect(await codeOf(desk.request({ kind: 'dent', target: 'payment' }))).toBe('no error')
  })

  test('when it is unknown and to be healed', async () => {
    expect(await codeOf(setUp().desk.heal('f9', 'command'))).toBe('unknown-fault')
  })
})
