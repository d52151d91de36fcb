// A running system that is watched, from its agent to the frame.

import { stripVTControlCharacters as plain } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { liveView } from '../../src/cli/views/live.ts'
import type { Fleet } from '../../src/runtime/up.ts'
import { watchSystem } from '../../src/runtime/watch-system.ts'
import type { LiveSystem } from '../../src/system/live-system.ts'
import { eventually, trialSystem, type TrialSystem } from '../fixtures/trial-system.ts'
import { msvc } from '../fixtures/typed-msvc.ts'

let system: TrialSystem
let fleet: Fleet
let orderUrl: string

beforeAll(async () => {
  system = trialSystem({
    order: { runs: 'with-breaker', dependsOn: ['payment'] },
    payment: { runs: 'ok' },
  })
  fleet = await system.up()
  const { services } = await fleet.agent.status()
  orderUrl = services.find(({ name }) => name === 'order')!.url
})
afterAll(() => system[Symbol.asyncDispose]())

const stateOf = (live: LiveSystem, service: string) => live.rows.find((row) => row.service === service)?.state
const breakerOf = (live: LiveSystem, edge: string) =>
  live.rows.find((row) => row.edge?.name === edge)?.edge?.breaker?.state

describe('a system that is watched', () => {
  test('is seen to be broken, and to recover', async () => {
    const over = new AbortController()
    const watch = await watchSystem(fleet.agent, over.signal)
    const seen = (what: string, fits: (live: LiveSystem) => boolean) =>
      eventually(what, () => fits(watch.live()))
    expect(stateOf(watch.live(), 'payment')).toBe('ready')
    expect(breakerOf(watch.live(), 'order:payment')).toBe('closed')

    const fault = await fleet.agent.fault({ kind: 'kill', target: 'payment', forMs: 60_000 })
    await fetch(`${orderUrl}/trip`)
    await seen('payment is held', (live) => stateOf(live, 'payment') === 'held')
    await seen('the breaker is open', (live) => breakerOf(live, 'order:payment') === 'open')
    expect(watch.live().faults).toMatchObject([{ id: fault.id, kind: 'kill', state: 'active' }])
    expect(watch.live().recoveries).toMatchObject([
      { what: 'breaker-tries', subject: 'order:payment', despite: 'kill payment lasts' },
    ])
    const frame = plain(
      liveView({ live: watch.live(), news: watch.news(), now: Date.now(), columns: 80, rows: 24 }),
    )
    expect(frame).toMatch(/payment +○ held +─╳─ open +! kill \d+ s/)
    expect(frame).toMatch(/ago +kill payment/)

    await fleet.agent.heal(fault.id)
    await fetch(`${orderUrl}/close`)
    await seen('the breaker is closed', (live) => breakerOf(live, 'order:payment') === 'closed')
    await seen('payment is ready', (live) => stateOf(live, 'payment') === 'ready')
    await seen('no fault is left', (live) => live.faults.length === 0)
    over.abort()
    await watch.ended
  })

  test('is shown once where nobody watches, as text or as data', async () => {
    const text = await msvc(system.root, 'chaos watch')
    expect(text).toMatchObject({ code: 0, stderr: '' })
    expect(text.stdout).toMatch(/^trial +✔ all well\n\norder +● ready\n└─ payment +● ready +─●─ closed\n/)
    const { code, stdout } = await msvc(system.root, 'chaos watch --json')
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({
      version: 1,
      system: 'trial',
      rows: [
        { service: 'order', edge: null },
        { service: 'payment', edge: { name: 'order:payment', breaker: { state: 'closed' } } },
      ],
      faults: [],
      recoveries: [],
    })
  })

  test('is watched until its fleet ends', async () => {
    const watch = await watchSystem(fleet.agent, new AbortController().signal)
    await fleet.agent.stop()
    await watch.ended
    expect(await msvc(system.root, 'chaos watch')).toMatchObject({ code: 1, stdout: '' })
  })
})
