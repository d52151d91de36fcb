// What clients of Toxiproxy did to the fleet's edges, told as the faults that it is, and undone as such.

import type { Clock } from '../ports.ts'
import type { FaultStatus } from '../system/agent-api.ts'
import type { EdgeProxies } from './edge-proxies.ts'
import type { Guest } from './proxy-news.ts'

export const guestFaults = (guests: readonly Guest[]): FaultStatus[] => guests.map(guestFault)

const guestFault = (guest: Guest): FaultStatus => ({
  ...settingsOf(guest),
  target: guest.edge,
  seed: 1,
  state: 'active',
  requestedAt: guest.setAt,
  bitAt: guest.bitAt,
  healedAt: null,
})

type Settings = 'id' | 'kind' | 'percent' | 'direction' | 'params' | 'expiresAt' | 'detail'

function settingsOf(guest: Guest): Pick<FaultStatus, Settings> {
  const { kind, edge } = guest
  switch (kind) {
    case 'toxic': {
      const { name, type, toxicity, stream, attributes, expiresAt } = guest.toxic
      return {
        id: `guest:${edge}/${name}`,
        kind: type,
        percent: toxicity * 100,
        direction: stream === 'upstream' ? 'up' : 'down',
        params: attributes,
        expiresAt: expiresAt ?? guest.setAt,
        detail: "set through Toxiproxy's API",
      }
    }
    case 'disabled':
      return {
        id: `guest:${edge}`,
        kind,
        percent: 100,
        direction: null,
        params: {},
        expiresAt: guest.expiresAt,
        detail: "its proxy was disabled through Toxiproxy's API",
      }
  }
}

type Undoing = Pick<EdgeProxies, 'remove' | 'open'>

export async function undoGuest(edges: Undoing, guest: Guest): Promise<void> {
  if (guest.kind === 'toxic') await edges.remove(guest.edge, guest.toxic.name)
  else await edges.open(guest.edge)
}

const wholeWithinMs = 10_000

/** @param only its id; absent: all of them */
export async function healGuests(
  edges: Undoing & Pick<EdgeProxies, 'guests' | 'untilWhole'>,
  clock: Pick<Clock, 'now'>,
  only?: string,
): Promise<FaultStatus[]> {
  const wanted = edges.guests().filter((guest) => only === undefined || guestFault(guest).id === only)
  return Promise.all(
    wanted.map(async (guest): Promise<FaultStatus> => {
      try {
        await undoGuest(edges, guest)
        await edges.untilWhole(guest.edge, AbortSignal.timeout(wholeWithinMs))
        return { ...guestFault(guest), state: 'healed', healedAt: clock.now() }
      } catch (error) {
        const detail = `it could not be healed: ${error instanceof Error ? error.message : String(error)}`
        return { ...guestFault(guest), state: 'failed', detail }
      }
    }),
  )
}

/** Also what cannot be listed. */
export async function healAllGuests(
  edges: Parameters<typeof healGuests>[0] & Pick<EdgeProxies, 'removeUntold'>,
  clock: Pick<Clock, 'now'>,
): Promise<FaultStatus[]> {
  const untold = edges.removeUntold().catch(() => {}) // its server ended: so did they
  const healed = await healGuests(edges, clock)
  await untold
  return healed
}
