import { describe, expect, test } from 'vitest'
import type { SystemEvent } from '../../src/events.ts'
import { breakerBands } from '../../src/observe/breaker-bands.ts'
import { faultWindows } from '../../src/observe/fault-windows.ts'
import { serviceLanes } from '../../src/observe/service-lanes.ts'
import { sliceFrom } from '../../src/observe/slice.ts'
import { agentEvents, start } from './fixtures/payment-killed.ts'

/** The moments of the story, by what ends them: payment killed · breaker open · … · closed again. */
const firstOf = (fits: (event: SystemEvent) => boolean): SystemEvent => agentEvents.find(fits)!
const bit = firstOf(({ type }) => type === 'fault.bit')
const opened = firstOf((event) => event.type === 'breaker.transition' && event.data.to === 'open')
const healed = firstOf(({ type }) => type === 'fault.healed')
const closed = agentEvents.findLast(
  (event) => event.type === 'breaker.transition' && event.data.to === 'closed',
)!

describe('the slice of a run', () => {
  test('that began before anything happened is all of it', () => {
    expect(sliceFrom(agentEvents, start)).toEqual(agentEvents.filter(({ at }) => at >= start))
  })

  test('that began while a fault was active holds the fault, the open breaker and the service that is down', () => {
    const from = opened.at + 1
    const slice = sliceFrom(agentEvents, from)
    expect(faultWindows(slice)).toMatchObject([
      { kind: 'kill', target: 'payment', bitAt: bit.at, healedAt: healed.at },
    ])
    expect(breakerBands(slice, from)[0]!.spans.find(({ to }) => to === null || to > from)).toMatchObject({
      state: 'open',
    })
    expect(serviceLanes(slice, from)).toMatchObject([{ subject: 'payment' }])
    expect(slice.map(({ seq }) => seq)).toEqual(slice.map(({ seq }) => seq).toSorted((a, b) => a - b))
  })

  test('that began after all was well again holds nothing of it', () => {
    const from = Math.max(healed.at, closed.at) + 0.001
    expect(sliceFrom(agentEvents, from)).toEqual(agentEvents.filter(({ at }) => at >= from))
  })

  test('forgets the breakers of a process that ended', () => {
    const ended = {
      ...firstOf(({ type }) => type === 'service.exited'),
      subject: 'order',
      at: opened.at + 0.5,
      seq: opened.seq + 0.5,
    } as SystemEvent
    const events = agentEvents.filter(({ seq }) => seq <= opened.seq).concat(ended)
    expect(sliceFrom(events, opened.at + 1).map(({ subject }) => subject)).not.toContain('order:payment')
  })
})
