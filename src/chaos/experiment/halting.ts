// Whether an experiment must end at once: one of its halt conditions has held for its time.

import type { HaltCondition } from './experiment.ts'
import type { Observed } from './observed.ts'
import { readMetric, type QuantileMs } from './reading-of-load.ts'

export interface Halt {
  condition: HaltCondition
  observed: string
}

/** Only what is known counts: a second without arrivals neither holds nor breaks a condition. */
export function haltNow(
  conditions: readonly HaltCondition[],
  { seconds }: Observed,
  quantileMs: QuantileMs,
): Halt | undefined {
  for (const condition of conditions) {
    const last = seconds.slice(-condition.forMs / 1000)
    if (last.length < condition.forMs / 1000) continue
    const readings = last.map((second) => readMetric(condition, [second], quantileMs))
    const { below = Number.NEGATIVE_INFINITY, above = Number.POSITIVE_INFINITY } = condition
    if (readings.every(({ value }) => value !== null && (value < below || value > above))) {
      return { condition, observed: readings.at(-1)!.text }
    }
  }
  return undefined
}
