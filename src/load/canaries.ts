// Canaries among the arrivals: a few a second, evenly spread, whose traces the target records whatever its sampling
// says, so that there is always something to look at. All requests carry the key; only a canary begins a trace,
// since a `traceparent` without a value is none.

import { canaryKeyHeader, traceparentOf } from '../system/canary.ts'
import type { RequestSource } from './request.ts'
import type { ArrivalValues } from './template.ts'

export interface Canaries {
  key: string
  perSecond: number
}

/** Nobody's feed is called so: columns of feeds are the only other names with a dot. */
export const canaryVariable = 'msvc.traceparent'

/** What the step itself says about its trace counts. */
export const withCanaries = <Step extends RequestSource>(step: Step, { key }: Canaries): Step => ({
  ...step,
  headers: { [canaryKeyHeader]: key, traceparent: `{{${canaryVariable}}}`, ...step.headers },
})

/** Every how many-th arrival is one. */
export const canaryEvery = ({ perSecond }: Canaries, ratePerSecond: number): number =>
  Math.max(1, Math.round(ratePerSecond / perSecond))

export const canaryPicker =
  (every: number, uuid: () => string) =>
  (arrival: number): ArrivalValues => ({
    [canaryVariable]: arrival % every === 0 ? traceparentOf(uuid()) : '',
  })
