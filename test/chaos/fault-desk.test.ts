import { describe, expect, test } from 'vitest'
import { exitCodes } from '../../src/errors.ts'
import { deskUnderTest } from './desk-under-test.ts'

describe('a leased fault', () => {
  test('its intent is on the disk before it is applied', async () => {
    const { desk, done, types } = deskUnderTest()
    const fault = await desk.request({ kind: 'dent', target: 'payment' })
    expect(done).toEqual(['on disk', 'dent payment'])
    expect(types()).toEqual(['fault.requested', 'fault.applied', 'fault.bit'])
    expect(fault).toMatchObject({ id: 'f1', state: 'active', detail: 'a dent' })
  })

  test('ends when its lease ends, not a moment earlier, and by nobody asking', async () => {
    const { desk, clock, done, told } = deskUnderTest()
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
    const { desk, clock } = deskUnderTest()
    const { requestedAt, expiresAt } = await desk.request({ kind: 'dent', target: 'payment' })
    expect(expiresAt - requestedAt).toBe(30_000)
    await clock.advance(30_000)
    expect(desk.list()).toMatchObject([{ state: 'healed', healedAt: expiresAt }])
  })

  test('can be healed early, once', async () => {
    const { desk, clock, done } = deskUnderTest()
    await desk.request({ kind: 'dent', target: 'payment' })
    await Promise.all([desk.heal('f1', 'command'), desk.heal('f1', 'command')])
    await clock.advance(60_000)
    expect(done.filter((what) => what === 'mend payment')).toHaveLength(1)
  })

  test('is not undone while it is still being applied', async () => {
    const struck = Promise.withResolvers<void>()
    const { desk, done } = deskUnderTest({ apply: () => struck.promise })
    const asked = desk.request({ kind: 'dent', target: 'payment' })
    const healed = desk.healAll('halt')
    struck.resolve()
    expect(await asked).toMatchObject({ id: 'f1' })
    expect(await healed).toMatchObject([{ state: 'healed' }])
    expect(done).toEqual(['on disk', 'dent payment', 'mend payment'])
  })

  test('that does not bite is an error, and is undone', async () => {
    const { desk, done, types } = deskUnderTest({ bite: () => Promise.reject(new Error('nothing happened')) })
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
    const { desk } = deskUnderTest({
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
    const { desk, types } = deskUnderTest({ apply: () => struck.promise })
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
    const { desk, clock, done, types } = deskUnderTest({
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
    const { desk } = deskUnderTest({ undo })
    await desk.request({ kind: 'dent', target: 'payment' })
    expect(await desk.heal('f1', 'command')).toMatchObject({
      state: 'failed',
      detail: expect.stringContaining('crash-looped'),
    })
    isBroken = false
    expect(await desk.heal('f1', 'command')).toMatchObject({ state: 'healed' })
  })

  test('carries its parameters, read from texts and numbers, with defaults for the rest', async () => {
    const { desk, orders, told } = deskUnderTest()
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
    const { desk, types } = deskUnderTest({ bites: 'with-traffic', bite: () => traffic.promise })
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
    const { desk, clock, types } = deskUnderTest({ bites: 'with-traffic', bite: () => new Promise(() => {}) })
    await desk.request({ kind: 'dent', target: 'payment' })
    await clock.advance(30_000)
    expect(desk.list()).toMatchObject([
      { state: 'failed', detail: 'it touched nothing', bitAt: null, healedAt: expect.any(Number) },
    ])
    expect(types()).toEqual(['fault.requested', 'fault.applied', 'fault.failed'])
  })

  test('that touched something at the last moment has bitten, whichever news comes first', async () => {
    const undo = async (): Promise<string> => 'touched 7 bytes'
    const { desk, types } = deskUnderTest({ bites: 'with-traffic', bite: () => new Promise(() => {}), undo })
    await desk.request({ kind: 'dent', target: 'payment' })
    expect(await desk.heal('f1', 'command')).toMatchObject({ state: 'healed', detail: 'touched 7 bytes' })
    expect(types()).toContain('fault.bit')
  })

  test('that somebody else took away has failed, and is not undone again', async () => {
    const { desk, clock, done } = deskUnderTest()
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
    const { desk, clock, done, told } = deskUnderTest()
    await desk.request({ kind: 'dent', target: 'payment' })
    desk.close()
    await clock.advance(60_000)
    expect(done).not.toContain('mend payment')
    expect(told.at(-1)).toMatchObject({ type: 'fault.healed', data: { by: 'stop' } })
  })
})
