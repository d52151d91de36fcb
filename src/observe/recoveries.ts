// What is not as it should be → what makes it so, and when. The end of a fault is not told here: each fault
// has its own countdown.

import type { ServiceState } from '../system/agent-api.ts'
import type { LiveBreaker, LiveFault, Recovery } from '../system/live-system.ts'

interface Seen {
  services: ReadonlyMap<string, ServiceState>
  breakers: ReadonlyMap<string, LiveBreaker>
  faults: readonly LiveFault[]
  /** When a service that ended by itself is started again. */
  startsAt: ReadonlyMap<string, number>
}

/** Sorted by time; without one, last. */
export function recoveriesOf(seen: Seen): Recovery[] {
  const ofServices = [...seen.services].flatMap(([name, state]) => ofService(name, state, seen))
  const ofBreakers = [...seen.breakers].flatMap(([edge, breaker]) => ofBreaker(edge, breaker, seen))
  return [...ofServices, ...ofBreakers].toSorted((one, other) => timeOf(one) - timeOf(other))
}

const timeOf = ({ at }: Recovery): number => at ?? Number.MAX_SAFE_INTEGER

function ofService(subject: string, state: ServiceState, { faults, startsAt }: Seen): Recovery[] {
  const despite = faultText(faults.find((fault) => fault.target === subject && isLasting(fault)))
  switch (state) {
    case 'starting':
    case 'unready':
      return [{ what: 'service-is-ready', subject, at: null, despite }]
    case 'backing-off':
      return [{ what: 'service-starts', subject, at: startsAt.get(subject) ?? null, despite }]
    case 'crash-looped':
      return [{ what: 'service-stays-down', subject, at: null, despite }]
    case 'ready':
    case 'stopping':
    case 'stopped':
    case 'held':
      return []
  }
}

function ofBreaker(subject: string, { state, triesAt }: LiveBreaker, seen: Seen): Recovery[] {
  switch (state) {
    case 'open':
      return [{ what: 'breaker-tries', subject, at: triesAt, despite: inTheWay(subject, triesAt, seen) }]
    case 'half_open':
      return [{ what: 'breaker-closes', subject, at: null, despite: inTheWay(subject, null, seen) }]
    case 'forced_open':
    case 'disabled':
      return [{ what: 'breaker-is-automatic', subject, at: triesAt, despite: null }]
    case 'closed':
      return []
  }
}

/** What keeps the edge from being whole at that time, as far as is known now. */
function inTheWay(edge: string, at: number | null, { services, faults }: Seen): string | null {
  const callee = edge.split(':')[1] ?? ''
  const lasting = faults.find(
    (fault) =>
      (fault.target === edge || fault.target === callee) && isLasting(fault) && fault.expiresAt > (at ?? 0),
  )
  if (lasting !== undefined) return faultText(lasting)
  const state = services.get(callee) ?? 'ready'
  return state === 'ready' ? null : `${callee} is ${state}`
}

/** One that is being healed is in nobody's way any more. */
const isLasting = ({ state }: LiveFault): boolean => state !== 'healing'

const faultText = (fault: LiveFault | undefined): string | null =>
  fault === undefined ? null : `${fault.kind} ${fault.target} lasts`
