// What clients of Toxiproxy set on the fleet's edges, told as the faults that they are, and taken away as such.

import type { Clock } from '../ports.ts'
import type { FaultStatus } from '../system/agent-api.ts'
import type { EdgeProxies } from './edge-proxies.ts'
import type { GuestToxic } from './proxy-news.ts'

export const guestFaults = (guests: readonly GuestToxic[]): FaultStatus[] => guests.map(guestFault)

const guestFault = ({ edge, toxic, setAt, bitAt }: GuestToxic): FaultStatus => ({
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
})

const wholeWithinMs = 10_000

/** @param only its id; absent: all of them */
export async function healGuests(
  edges: Pick<EdgeProxies, 'guests' | 'remove' | 'untilWhole'>,
  clock: Pick<Clock, 'now'>,
  only?: string,
): Promise<FaultStatus[]> {
  const wanted = edges.guests().filter((guest) => only === undefined || guestFault(guest).id === only)
  return Promise.all(
    wanted.map(async (guest): Promise<FaultStatus> => {
      const { edge, toxic } = guest
      try {
        await edges.remove(edge, toxic.name)
        await edges.untilWhole(edge, AbortSignal.timeout(wholeWithinMs))
        return { ...guestFault(guest), state: 'healed', healedAt: clock.now() }
      } catch (error) {
        const detail = `it could not be healed: ${error instanceof Error ? error.message : String(error)}`
        return { ...guestFault(guest), state: 'failed', detail }
      }
    }),
  )
}
