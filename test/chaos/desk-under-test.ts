// A fault desk with one kind of fault, which does what the test says, on a clock that the test moves.

import type { FaultKind, FleetUnderFault } from '../../src/chaos/fault.ts'
import { openFaultDesk } from '../../src/chaos/fault-desk.ts'
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

export function deskUnderTest(behaviour: Behaviour = {}) {
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
