// probe.result events → for each probe of an experiment, whether it held over time.

import { isOf, type SystemEvent } from '../events.ts'
import { spansOf, type Lane } from './span.ts'

/** As the lanes of services have it: a probe that holds is up. */
export type ProbeLaneState = 'up' | 'down'

/** In the order in which the probes first told something. */
export function probeLanes(events: readonly SystemEvent[], start: number): Lane<ProbeLaneState>[] {
  const byName = Map.groupBy(events.filter(isOf('probe.result')), ({ data }) => data.name)
  return [...byName].map(([subject, results]) => {
    const changes = results.map(({ at, data }) => ({ at, to: stateOf(data.ok), reason: data.observed }))
    return { subject, spans: spansOf(changes, { start, before: changes[0]!.to }) }
  })
}

const stateOf = (isOk: boolean): ProbeLaneState => (isOk ? 'up' : 'down')
