// How long a fault may last. Every fault has an end that nobody has to ask for.

import { errors } from '../errors.ts'
import { formatDuration } from '../system/duration.ts'

export const longestLeaseMs = 15 * 60_000

/**
 * The length of a lease in ms.
 * @param forMs as asked for, by whomever; undefined takes the fault's own default
 * @throws UserError bad-value when it is no time, or none that a fault may last
 */
export function readLeaseMs(forMs: unknown, defaultMs: number): number {
  if (forMs === undefined) return defaultMs
  if (typeof forMs !== 'number' || !Number.isFinite(forMs) || forMs <= 0 || forMs > longestLeaseMs) {
    const told = typeof forMs === 'number' ? formatDuration(forMs) : JSON.stringify(forMs)
    throw errors.badValue('The time of a fault', told, 'a time above 0 and up to 15m')
  }
  return forMs
}
