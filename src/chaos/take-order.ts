// What a request for a fault asks for, with every default filled in; or why it is refused. Nothing is done yet.

import { errors } from '../errors.ts'
import type { Clock } from '../ports.ts'
import type { FaultStatus } from '../system/agent-api.ts'
import { findFault, readFaultSettings, type FaultRequest } from '../system/fault-declaration.ts'
import { suggest } from '../system/suggest.ts'
import type { FaultKind, FleetUnderFault } from './fault.ts'
import { readLeaseMs } from './lease.ts'

export interface OrderParts {
  kinds: FaultKind[]
  /** Names that can be broken, for suggestions. */
  services: string[]
  edges: string[]
  fleet: FleetUnderFault
  clock: Clock
  isHalted(): boolean
}

export interface OrderBook {
  /** Of the fault that is asked for. */
  id: string
  /** What may still be in force. */
  unhealed: readonly { status: FaultStatus; claims: readonly string[] }[]
}

/** @throws UserError when it is refused */
export function takeOrder(asked: FaultRequest, parts: OrderParts, { id, unhealed }: OrderBook) {
  const { kinds, fleet, clock } = parts
  const { kind, target, forMs } = asked
  const known = findFault(kinds, kind)
  checkTarget(known, target, parts)
  const settings = readFaultSettings(known, asked)
  const leaseMs = readLeaseMs(forMs, known.defaultLeaseMs)
  if (parts.isHalted()) throw errors.faultsHalted()
  const claims = known.claims(target)
  for (const other of unhealed) {
    const over = claims.find((claim) => other.claims.includes(claim))
    if (over !== undefined) throw errors.faultsConflict({ kind, target }, other.status, over)
  }
  const prepared = known.prepare({ id, target, leaseMs, ...settings, fleet, clock })
  return { id, leaseMs, claims, settings, prepared }
}

function checkTarget({ target: targetKind }: FaultKind, target: string, parts: OrderParts): void {
  const known = targetKind === 'service' ? parts.services : parts.edges
  if (!known.includes(target)) {
    const unknown = targetKind === 'service' ? errors.unknownService : errors.unknownEdge
    throw unknown(target, known, suggest(target, known))
  }
  if (targetKind === 'edge' && parts.fleet.edges === undefined) throw errors.edgesAreDirect(target)
}
