// What faults on processes look at: whether there is one, what becomes of it, whether it is well again.

import { errors, type UserError } from '../errors.ts'
import type { Clock } from '../ports.ts'
import type { FaultOrder, FleetUnderFault } from './fault.ts'

/** The claim of a fault that needs the service's process for itself. */
export const processClaim = (service: string): string => `process of ${service}`

/** @throws UserError fault-touches-nothing when the service does not run */
export function requireRunning(kind: string, service: string, fleet: FleetUnderFault): void {
  const whyDown = fleet.whyDown(service)
  if (whyDown !== undefined) throw errors.faultTouchesNothing(kind, service, whyDown)
}

/** The process went away between the look and the deed. */
export const hadJustEnded = (kind: string, service: string): UserError =>
  errors.faultTouchesNothing(kind, service, 'its process had just ended')

/** Looks again and again until something is seen; rejects with the signal's reason when it aborts first. */
export async function untilSeen<T>(
  { clock, signal, everyMs = 10 }: { clock: Clock; signal: AbortSignal; everyMs?: number },
  look: () => T | undefined | Promise<T | undefined>,
): Promise<T> {
  for (;;) {
    signal.throwIfAborted()
    const seen = await look()
    if (seen !== undefined) return seen
    await clock.sleep(everyMs, signal)
  }
}

const answerWithinMs = 1000

/** Resolves when the service itself says that it is ready: the state that the supervisor knows may be old. */
export const untilReady = (
  { target, fleet, clock }: Pick<FaultOrder, 'target' | 'fleet' | 'clock'>,
  signal: AbortSignal,
): Promise<true> =>
  untilSeen({ clock, signal }, async () => {
    const { isReady } = await fleet.processes.ask(target, answerWithinMs)
    return isReady ? true : undefined
  })

/** The value, or the signal's reason if it aborts first. */
export const unlessAborted = <T>(signal: AbortSignal, value: Promise<T>): Promise<T> =>
  Promise.race([
    value,
    new Promise<never>((_, reject) => {
      if (signal.aborted) reject(signal.reason)
      signal.addEventListener('abort', () => reject(signal.reason), { once: true })
    }),
  ])
