// breaker.transition events → for each edge, the state of its breaker over time.

import { isOf, type BreakerState, type SystemEvent } from '../events.ts'
import { spansOf, type Lane } from './span.ts'

/** In the order in which the edges first changed. An edge without a transition has no lane: nothing was seen of it. */
export function breakerBands(events: readonly SystemEvent[], start: number): Lane<BreakerState>[] {
  const byEdge = Map.groupBy(events.filter(isOf('breaker.transition')), ({ subject }) => subject)
  return [...byEdge].map(([subject, transitions]) => ({
    subject,
    spans: spansOf(
      transitions.map(({ at, data }) => ({ at, to: data.to, reason: data.reason })),
      { start, before: transitions[0]!.data.from },
    ),
  }))
}
