// Ends the fleet: callers first, each wave with a short head start, everything within the grace time.

import type { Supervisor } from '../fleet/supervisor.ts'
import type { Clock } from '../ports.ts'
import type { ServiceStatus } from '../system/agent-api.ts'

/** What is in flight needs so long at most; a caller that drains longer meets callees that drain too. */
const headStartMs = 1000

export async function stopFleet({
  supervisor,
  waves,
  clock,
  graceMs,
}: {
  supervisor: Supervisor
  waves: string[][]
  clock: Clock
  graceMs: number
}): Promise<void> {
  const isDown = ({ pid }: ServiceStatus): boolean => pid === null
  const down: Promise<unknown>[] = []
  // KILL comes after the grace time; a second later nothing can be left of a group of ours.
  const patience = AbortSignal.timeout(graceMs + waves.length * headStartMs + 1000)
  for (const [index, wave] of waves.entries()) {
    for (const service of wave) supervisor.stop(service)
    const gone = Promise.all(wave.map((service) => supervisor.until(service, isDown, patience)))
    down.push(gone)
    const isLast = index === waves.length - 1
    if (!isLast) await Promise.race([gone, clock.sleep(headStartMs)])
  }
  await Promise.allSettled(down)
}
