// What clients of Toxiproxy set on the fleet's edges, told as the faults that they are.

import type { FaultStatus } from '../system/agent-api.ts'
import type { GuestToxic } from './proxy-news.ts'

export const guestFaults = (guests: readonly GuestToxic[]): FaultStatus[] =>
  guests.map(({ edge, toxic, setAt, bitAt }) => ({
    id: `guest:${edge}/${toxic.name}`,
    kind: toxic.type,
    target: edge,
    percent: toxic.toxicity * 100,
    direction: toxic.stream === 'upstream' ? 'up' : 'down',
    seed: 1,
    params: toxic.attributes,
    state: 'active',
    requestedAt: setAt,
    expiresAt: toxic.expiresAt ?? setAt,
    bitAt,
    healedAt: null,
    detail: "set through Toxiproxy's API",
  }))
