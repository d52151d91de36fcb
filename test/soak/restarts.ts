// `msvc restart` of one service after the other under load through the proxies. Each restart has a load run of its
// own, so that a request that failed is known with the restart that failed it.

import { diskFiles } from '../../src/adapters/files.ts'
import { parseScenario } from '../../src/load/scenario.ts'
import type { AgentClient } from '../../src/runtime/agent-client.ts'
import { runLoad } from '../../src/runtime/load.ts'
import { verifySystem, type Verification } from '../../src/runtime/verify.ts'
import type { Acknowledged, LoadReport } from '../../src/system/load-report.ts'
import { entryUrl, generatedFleet } from '../fixtures/generated-fleet.ts'

export interface RestartsOptions {
  root: string
  rounds: number
  /** All if not said. */
  only?: string | undefined
  ratePerSecond: number
  /** Of each restart's load; it begins a tenth of it after the first arrival. */
  loadMs: number
  /** How long to wait after the last round while nothing of what is under way settles. */
  settleMs: number
  onRestart?: (restart: RestartResult) => void
}

export interface RestartResult {
  round: number
  service: string
  /** Until the new process was ready. */
  tookMs: number
  arrivals: number
  /** Arrivals that ended in anything but the answer that the scenario wants. */
  failed: number
  /** What became of those: outcomes and statuses. */
  how: string
}

export interface Restarts {
  results: RestartResult[]
  verdict: Verification['verdict']
  /** Placed and promised, but not paid when they were answered. */
  accepted: number
}

/** @throws when a restart takes longer than its load, or leaves the process that was: it would prove nothing. */
export async function restartRounds(options: RestartsOptions): Promise<Restarts> {
  const { root, rounds, only, settleMs, onRestart } = options
  const { agent, system } = await generatedFleet(root, { readyWithinMs: 120_000 })
  const acknowledged: Acknowledged[] = []
  const results: RestartResult[] = []
  try {
    for (let round = 1; round <= rounds; round++) {
      for (const { name } of system.services) {
        if (only !== undefined && name !== only) continue
        const result = { round, ...(await restartUnderLoad(agent, name, { ...options, acknowledged })) }
        results.push(result)
        onRestart?.(result)
      }
    }
    const { verdict } = await verifySystem({ root, acknowledged, withinMs: settleMs })
    return { results, verdict, accepted: acknowledged.filter(({ status }) => status === 202).length }
  } finally {
    await agent.stop({ now: true })
  }
}

async function restartUnderLoad(
  agent: AgentClient,
  service: string,
  { root, ratePerSecond, loadMs, acknowledged }: RestartsOptions & { acknowledged: Acknowledged[] },
): Promise<Omit<RestartResult, 'round'>> {
  const baseUrl = await entryUrl(agent)
  const file = `${root}/load/default.yaml`
  const scenario = parseScenario(await diskFiles.read(file), file)
  const started = Promise.withResolvers<void>()
  const load = runLoad(
    { target: { baseUrl, scenario }, ratePerSecond, durationMs: loadMs, timeoutMs: 5000 },
    {
      onStarted: () => void setTimeout(started.resolve, loadMs / 10),
      onAcknowledged: (lines) => void acknowledged.push(...lines),
    },
  )
  await Promise.race([started.promise, load])
  const before = await pidOf(agent, service)
  const startMs = performance.now()
  await agent.restart(service)
  const tookMs = Math.round(performance.now() - startMs)
  if (tookMs > loadMs * 0.9) throw new Error(`${service} took ${tookMs} ms, longer than its load`)
  if ((await pidOf(agent, service)) === before)
    throw new Error(`${service} was not restarted: it is still ${before}`)
  const report = await load
  const arrivals = report.schedule.arrivals
  return { service, tookMs, arrivals, failed: arrivals - (report.outcomes.ok ?? 0), how: failuresOf(report) }
}

const pidOf = async (agent: AgentClient, service: string): Promise<number | null | undefined> =>
  (await agent.status()).services.find(({ name }) => name === service)?.pid

const failuresOf = ({ outcomes, statuses }: LoadReport): string =>
  [
    ...Object.entries(outcomes).filter(([outcome]) => outcome !== 'ok'),
    ...Object.entries(statuses).filter(([status]) => !status.startsWith('2')),
  ]
    .map(([what, count]) => `${count} × ${what}`)
    .join(', ')
