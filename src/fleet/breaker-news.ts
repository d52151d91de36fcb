// What is new in a service's breakers, from two looks at `GET /breakers`. The list of transitions that
// each breaker keeps makes the looks safe: none is lost between two of them, none is told twice.

import type { EventDraft } from '../events.ts'
import type { BreakerSnapshot, BreakerTransition } from '../system/agent-api.ts'

/**
 * @param before the last look at the same process; empty for its first
 * @param after this look
 * @param service whose breakers they are: the source of the events
 */
export function breakerNews(
  service: string,
  before: BreakerSnapshot[],
  after: BreakerSnapshot[],
): EventDraft[] {
  return after
    .flatMap(({ name, transitions }) => {
      const known = new Set(before.find((breaker) => breaker.name === name)?.transitions.map(keyOf))
      return transitions
        .filter((transition) => !known.has(keyOf(transition)))
        .map(({ at, from, to, reason }) => ({
          at,
          source: `service:${service}` as const,
          type: 'breaker.transition' as const,
          subject: name,
          data: { from, to, reason },
        }))
    })
    .toSorted((one, other) => one.at - other.at)
}

const keyOf = ({ at, from, to }: BreakerTransition): string => `${at} ${from} ${to}`

/** The body of `GET /breakers`, or undefined when it is not what the service contract says. */
export function parseBreakers(body: string): BreakerSnapshot[] | undefined {
  try {
    const { breakers } = JSON.parse(body) as { breakers?: unknown }
    return Array.isArray(breakers) && breakers.every(isSnapshot) ? breakers : undefined
  } catch {
    return undefined // a service that we did not generate may answer anything there
  }
}

const isSnapshot = (value: unknown): value is BreakerSnapshot => {
  const { name, state, transitions } = (value ?? {}) as Partial<BreakerSnapshot>
  return typeof name === 'string' && typeof state === 'string' && Array.isArray(transitions)
}
