// Which ports the services and the proxies of their edges get, and how each service is started with them.
//
//   client ──▶ client:gateway ──▶ gateway ──▶ gateway:order ──▶ order ──▶ …
//              (its fixed port)   (free port)  (free port)      (free port)

import type { ReservedPorts } from '../adapters/reserved-ports.ts'
import { secret } from '../adapters/random.ts'
import { planLaunch, planLaunches, type Ground, type ServicePlan } from '../fleet/launch-plan.ts'
import { allEdgesOf, type Edge, type System } from '../system/system.ts'

export interface EdgePlan extends Edge {
  /** Where its proxy listens. */
  listen: number
}

export interface FleetPlan {
  services: ServicePlan[]
  /** Empty: callers reach the services directly. */
  edges: EdgePlan[]
  /** The same service on other ports, to run beside the one that is there. */
  again(service: string): Promise<ServicePlan>
}

export async function planFleet({
  root,
  system,
  isDirect,
  ports: reserved,
}: {
  root: string
  system: System
  isDirect: boolean
  ports: Pick<ReservedPorts, 'take'>
}): Promise<FleetPlan> {
  const { services } = system
  const edges = isDirect ? [] : allEdgesOf(system)
  const free = await reserved.take(services.length * 2 + edges.length)
  const take = (): number => free.pop() ?? 0
  const fixed = new Map(services.map(({ name, port }) => [name, port]))
  // Where there is a proxy, it has the fixed port, and the process behind it can be another one tomorrow.
  const planned = edges.map((edge) => ({
    ...edge,
    listen: (edge.kind === 'client' ? fixed.get(edge.callee) : undefined) ?? take(),
  }))
  const ports = Object.fromEntries(
    services.map(({ name, port }) => [
      name,
      { port: (isDirect ? port : undefined) ?? take(), adminPort: take() },
    ]),
  )
  const ground: Ground = {
    root,
    ports,
    proxies: Object.fromEntries(planned.map(({ name, listen }) => [name, listen])),
    node: process.execPath,
    environment: process.env,
    canaryKey: secret(),
  }
  return {
    services: planLaunches(system, ground),
    edges: planned,
    async again(name) {
      const service = services.find((one) => one.name === name)
      if (service === undefined) throw new Error(`${name} is not of this system`)
      const [port = 0, adminPort = 0] = await reserved.take(2)
      return planLaunch(system, service, { ...ground, ports: { ...ports, [name]: { port, adminPort } } })
    },
  }
}
