// What msvc.yaml promises of a service → the thresholds that a run has to reach for it.

import type { Slo } from '../system/system.ts'
import { parseThreshold, type Threshold } from './thresholds.ts'

/** None, where nothing is promised. */
export function thresholdsOf({ p99, availability }: Slo): Threshold[] {
  const expressions = [
    ...(p99 === undefined ? [] : [`p99<=${p99}`]),
    ...(availability === undefined ? [] : [`errors<=${allowedErrors(availability)}%`]),
  ]
  return expressions.map((expression) => parseThreshold(expression))
}

/** `99.9%` → 0.1, not 0.09999999999999432. */
const allowedErrors = (availability: string): number =>
  Number((100 - Number(availability.replace('%', ''))).toFixed(9))
