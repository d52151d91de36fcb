// The fault kill on a real fleet: held down by its lease, back when that ends, however it ends.

import { symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { isOf, type SystemEvent } from '../../src/events.ts'
import { haltFaults, liftHalt } from '../../src/runtime/halt.ts'
import { eventsSince } from '../../src/runtime/recorded-load.ts'
import { systemClock } from '../../src/adapters/clock.ts'
import { eventOf, eventually, serviceOf, trialSystem } from '../fixtures/trial-system.ts'

describe('kill', () => {
  test('the service is down until the lease ends, then ready again', async () => {
    await using trial = trialSystem({ order: { runs: 'ok' } })
    const fleet = await trial.up()
    const { agent } = fleet
    const { pid } = await serviceOf(agent, 'order')
    const fault = await agent.fault({ kind: 'kill', target: 'order', forMs: 400 })
    expect(fault).toMatchObject({ state: 'active', detail: `pid ${pid} ended by SIGKILL` })
    expect(await serviceOf(agent, 'order')).toMatchObject({ state: 'held', pid: null })
    await expect(agent.fault({ kind: 'kill', target: 'order' })).rejects.toMatchObject({
      code: 'faults-conflict',
    })
    await expect(agent.restart('order')).rejects.toMatchObject({ code: 'service-held' })
    const healed = await eventOf(fleet, isOf('fault.healed'))
    expect(healed.data).toMatchObject({ by: 'lease' })
    expect(await serviceOf(agent, 'order')).toMatchObject({ state: 'ready' })
    const types = (await agent.eventsSoFar())
      .map(({ type }) => type)
      .filter((type) => type.startsWith('fault.'))
    expect(types).toEqual(['fault.requested', 'fault.applied', 'fault.bit', 'fault.healed'])
  })

  test('of two kills at once one is refused, and the other keeps its hold', async () => {
    await using trial = trialSystem({ order: { runs: 'ok' } })
    const { agent } = await trial.up()
    const kill = { kind: 'kill', target: 'order', forMs: 60_000 }
    const asked = await Promise.allSettled([agent.fault(kill), agent.fault(kill)])
    expect(asked.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected'])
    expect(asked.find(({ status }) => status === 'rejected')).toMatchObject({
      reason: { code: 'faults-conflict' },
    })
    expect(await serviceOf(agent, 'order')).toMatchObject({ state: 'held', pid: null })
    expect((await agent.eventsSoFar()).filter(isOf('fault.requested'))).toHaveLength(1)
  })

  test('heal and halt end it early; a halt without an answer counts too', async () => {
    await using trial = trialSystem({ order: { runs: 'ok' }, payment: { runs: 'ok' } })
    const fleet = await trial.up()
    const { agent } = fleet
    const { id } = await agent.fault({ kind: 'kill', target: 'order' })
    expect(await agent.heal(id)).toMatchObject([{ id, state: 'healed' }])
    expect(await agent.heal()).toEqual([])

    await agent.fault({ kind: 'kill', target: 'payment' })
    expect(await haltFaults(trial.root)).toMatchObject({ halted: true, healed: [{ state: 'healed' }] })
    await expect(agent.fault({ kind: 'kill', target: 'order' })).rejects.toMatchObject({
      code: 'faults-halted',
    })
    expect(await liftHalt(trial.root)).toMatchObject({ halted: false })

    await agent.fault({ kind: 'kill', target: 'order' })
    writeFileSync(join(trial.root, '.msvc', 'halted'), '') // as a halt does that finds nobody
    await eventually('healed by the file', async () => (await agent.faults())[0]!.state === 'healed')
    expect((await agent.eventsSoFar()).filter(isOf('fault.healed')).at(-1)!.data.by).toBe('halt')
  })

  test('a halt that cannot be written down ends it all the same', async () => {
    await using trial = trialSystem({ order: { runs: 'ok' } })
    const { agent } = await trial.up()
    await agent.fault({ kind: 'kill', target: 'order' })
    symlinkSync(join(trial.root, 'nowhere', 'halted'), join(trial.root, '.msvc', 'halted'))
    await expect(haltFaults(trial.root)).rejects.toMatchObject({ code: 'halt-not-kept' })
    expect(await agent.faults()).toMatchObject([{ state: 'healed' }])
  })

  test('belongs to the record of a run that begins while it lasts', async () => {
    await using trial = trialSystem({ order: { runs: 'ok' } })
    const { agent } = await trial.up()
    const { id } = await agent.fault({ kind: 'kill', target: 'order' })
    const start = systemClock.now()
    await agent.heal(id)
    const types = (await eventsSince(agent, start)).map(({ type }) => type)
    expect(types.filter((type) => type.startsWith('fault.'))).toEqual([
      'fault.requested',
      'fault.applied',
      'fault.bit',
      'fault.healed',
    ])
    expect((await eventsSince(agent, systemClock.now())).map(({ type }) => type)).toEqual([])
  })

  test('a fleet that goes down ends its faults', async () => {
    await using trial = trialSystem({ order: { runs: 'ok' } })
    const { agent } = await trial.up()
    await agent.fault({ kind: 'kill', target: 'order' })
    const last: SystemEvent[] = []
    const follow = (async () => {
      for await (const event of agent.events(0)) last.push(event)
    })()
    await agent.stop()
    await follow
    expect(last.filter(isOf('fault.healed')).map(({ data }) => data.by)).toEqual(['stop'])
  })
})
