// What the agent said of the system when it was last asked, and the events since then → the system as it is.
//
//   look ──────────┐
//   events since ──┴─▶ services, breakers, faults ─▶ rows of the topology, what recovers when
//
// A look holds everything; an event changes what it names at once, so that nothing waits for the next look.

import { isOf, type SystemEvent } from '../events.ts'
import { isOpenFault, type EdgeBreaker, type FleetStatus, type ServiceState } from '../system/agent-api.ts'
import type { LiveBreaker, LiveEdge, LiveFault, LiveSystem } from '../system/live-system.ts'
import { recoveriesOf } from './recoveries.ts'
import { topologyOf, type TopologyEdge, type TopologyRow } from './topology.ts'

export interface Look {
  /** Epoch ms at which it was asked for: what happened later may not be in it. */
  askedAt: number
  status: Pick<FleetStatus, 'system' | 'halted' | 'services' | 'edges' | 'faults'>
  /** Asked of the services themselves: a breaker's remaining time changes without an event. */
  breakers: EdgeBreaker[]
}

/** @param events in order; older ones than the look tell when a service starts again */
export function liveSystem(look: Look, events: readonly SystemEvent[]): LiveSystem {
  const { askedAt, status } = look
  const since = events.filter(({ at }) => at >= askedAt)
  const services = servicesOf(look, since)
  const breakers = breakersOf(look, since)
  const faults = faultsOf(look, since)
  const topology = topologyOf(status.system.entry, [...services.keys()], status.edges)

  const edgeOf = ({ name, kind }: TopologyEdge): LiveEdge => ({
    name,
    kind,
    breaker: breakers.get(name) ?? null,
    isCallerDown: isDown(services.get(name.split(':')[0] ?? '')),
  })
  const rows = topology.map((row) => ({
    ...row,
    state: services.get(row.service) ?? 'stopped',
    edge: row.edge && edgeOf(row.edge),
    faults: faults.filter(({ target }) => isOn(row, target)).map(({ id }) => id),
  }))
  return {
    version: 1,
    at: askedAt,
    system: status.system.name,
    halted: status.halted,
    rows,
    faults,
    recoveries: recoveriesOf({ services, breakers, faults, startsAt: startsAt(events) }),
  }
}

/** It cannot be asked for its breakers. */
const isDown = (state: ServiceState = 'stopped'): boolean =>
  state !== 'ready' && state !== 'unready' && state !== 'stopping'

function isOn({ service, edge, isAgain }: TopologyRow, target: string): boolean {
  if (target === edge?.name) return true
  return !isAgain && (target === service || target === `client:${service}`)
}

function servicesOf({ status }: Look, since: readonly SystemEvent[]): Map<string, ServiceState> {
  const states = new Map(status.services.map(({ name, state }) => [name, state]))
  for (const event of since) {
    const state = stateAfter(event, states.get(event.subject))
    if (state !== undefined && states.has(event.subject)) states.set(event.subject, state)
  }
  return states
}

function stateAfter(event: SystemEvent, before: ServiceState | undefined): ServiceState | undefined {
  switch (event.type) {
    case 'service.started':
      return 'starting'
    case 'service.ready':
      return 'ready'
    case 'service.crash-looped':
      return 'crash-looped'
    case 'service.exited':
      if (event.data.restartInMs !== undefined) return 'backing-off'
      return before === 'held' ? 'held' : 'stopped'
    default:
      return undefined
  }
}

function breakersOf({ askedAt, breakers }: Look, since: readonly SystemEvent[]): Map<string, LiveBreaker> {
  const known = new Map(
    breakers.flatMap(({ edge, breaker }): [string, LiveBreaker][] => {
      if (breaker === null) return []
      const { state, since: at, openRemainingMs } = breaker
      return [[edge, { state, since: at, triesAt: openRemainingMs > 0 ? askedAt + openRemainingMs : null }]]
    }),
  )
  for (const { subject, at, data } of since.filter(isOf('breaker.transition'))) {
    known.set(subject, { state: data.to, since: at, triesAt: null })
  }
  return known
}

function faultsOf({ status }: Look, since: readonly SystemEvent[]): LiveFault[] {
  const open = new Map(
    status.faults
      .filter(isOpenFault)
      .toReversed()
      .map(({ id, kind, target, state, requestedAt, expiresAt, detail }): [string, LiveFault] => [
        id,
        { id, kind, target, state, requestedAt, expiresAt, detail },
      ]),
  )
  for (const event of since) {
    const id = event.subject.replace(/^fault:/, '')
    const before = open.get(id)
    const isGone = event.type === 'fault.failed' && event.data.isGone === true
    if (event.type === 'fault.healed' || isGone) open.delete(id)
    else if (event.type === 'fault.requested' && before === undefined) open.set(id, requested(id, event))
    else if (before !== undefined) open.set(id, { ...before, ...changeOf(event) })
  }
  return [...open.values()]
}

function requested(id: string, event: Extract<SystemEvent, { type: 'fault.requested' }>): LiveFault {
  const { kind, target, expiresAt } = event.data
  return { id, kind, target, state: 'applying', requestedAt: event.at, expiresAt, detail: null }
}

function changeOf(event: SystemEvent): Partial<LiveFault> {
  switch (event.type) {
    case 'fault.applied':
      return { state: 'active' }
    case 'fault.bit':
      return { detail: event.data.evidence }
    case 'fault.failed':
      return { state: 'failed', detail: event.data.reason }
    default:
      return {}
  }
}

/** Of services that ended by themselves and are started again. */
function startsAt(events: readonly SystemEvent[]): Map<string, number> {
  const at = new Map<string, number>()
  for (const event of events) {
    if (event.type === 'service.exited' && event.data.restartInMs !== undefined)
      at.set(event.subject, event.at + event.data.restartInMs)
    if (event.type === 'service.started') at.delete(event.subject)
  }
  return at
}
