// `msvc restart` of a running service: a new process beside the old one, then instead of it.
//
//   new process ─▶ ready, or waits for the writer that the old one holds (standby)
//     ready    ─▶ its edges lead new connections to it ─▶ the old one drains
//     standby  ─▶ new connections wait in its edges ─▶ the old one drains and lets the writer go
//                 ─▶ the new one takes it and is ready ─▶ its edges lead those that wait to it

import { errors } from '../errors.ts'
import type { Supervisor } from '../fleet/supervisor.ts'
import type { EdgeProxies } from './edge-proxies.ts'
import type { FleetPlan } from './plan-fleet.ts'

/** Nobody waits longer than this for a service that hands over. */
const handoverMs = 5000

export async function replaceService({
  service,
  fleet,
  supervisor,
  edges,
}: {
  service: string
  fleet: FleetPlan
  supervisor: Supervisor
  edges: EdgeProxies | undefined
}): Promise<void> {
  const plan = await fleet.again(service)
  try {
    await supervisor.replace(service, plan, async (turn) => {
      if (turn === 'ready') await edges?.lead(service, plan.port)
      else await edges?.wait(service, handoverMs)
    })
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw errors.serviceNotReady(service, `${why}; the old one goes on`, [])
  }
  fleet.services.splice(
    fleet.services.findIndex(({ name }) => name === service),
    1,
    plan,
  )
  await supervisor.until(service, ({ state }) => state !== 'starting', AbortSignal.timeout(handoverMs))
  await edges?.lead(service, plan.port)
}
