// `msvc load URL -c 50`: how much a target takes from so many connections, and what that does not show.

import { saturate } from '../adapters/autocannon.ts'
import { resolveHost, takesConnections } from '../adapters/load-target.ts'
import { errors } from '../errors.ts'
import { refusePublic } from './load-refusals.ts'
import { limitsOf, schedulePlanned, targetOf } from '../load/plan.ts'
import type { SaturationPlan } from '../ports.ts'
import type { SaturationReport } from '../system/load-report.ts'

const notMeasured = [
  'Latency under a given load: each connection waits for its answer before it asks again, so a slow target is asked less (coordinated omission).',
  'Times below 1 ms, and anything about requests that were never sent.',
  'Which requests a broken connection took with it: autocannon pairs later answers with them. Use --rps for tests with faults.',
]

/** Throws a UserError for a bad plan, an unknown host, and a target that takes no connection. */
export async function runSaturation(
  plan: SaturationPlan,
  { signal, isOwnTarget = false }: { signal?: AbortSignal; isOwnTarget?: boolean } = {},
): Promise<SaturationReport> {
  const target = targetOf({ target: { url: plan.url }, ratePerSecond: 1, durationMs: plan.durationMs })
  // The same limits as with a rate; one arrival a millisecond stands for "any rate".
  schedulePlanned({ ...plan, target: { url: plan.url }, ratePerSecond: 1000 })
  limitsOf({ ...plan, target: { url: plan.url }, ratePerSecond: 1000 })
  const address = await resolveHost(target.hostname, target.port, signal)
  if (!isOwnTarget) refusePublic(target.hostname, address)
  // autocannon would reconnect to a dead port as fast as it can, for the whole time.
  if (!(await takesConnections(address, target.port))) throw errors.targetUnreachable(target.url)
  const startedAt = Date.now()
  const { latencyMs, throughput, ...counts } = await saturate(plan, signal)
  return {
    version: 1,
    engine: 'autocannon',
    model: 'closed',
    target: target.url,
    startedAt,
    connections: plan.connections,
    durationMs: plan.durationMs,
    isInterrupted: signal?.aborted === true,
    throughput: Math.round(throughput * 10) / 10,
    ...counts,
    serviceMs: counts.answers === 0 ? { p50: null, p90: null, p99: null, p999: null, max: null } : latencyMs,
    notMeasured: target.isSecure
      ? [...notMeasured, 'Whether the certificate is valid: autocannon takes any.']
      : notMeasured,
  }
}
