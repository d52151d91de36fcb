// What the agent answers; the contract stands in system/agent-api.ts.

import type { AgentReply, Handler } from '../adapters/agent-server.ts'
import type { FaultDesk } from '../chaos/fault-desk.ts'
import { processClaim } from '../chaos/see.ts'
import { errors } from '../errors.ts'
import type { BreakerWatch } from '../fleet/breaker-watch.ts'
import type { ServicePlan } from '../fleet/launch-plan.ts'
import type { Supervisor } from '../fleet/supervisor.ts'
import type { Clock } from '../ports.ts'
import { formatAddress } from '../proxy/address.ts'
import type { EdgeStatus, FaultStatus, FleetStatus, LogLine, ServiceStatus } from '../system/agent-api.ts'
import type { FaultRequest } from '../system/fault-declaration.ts'
import { suggest } from '../system/suggest.ts'
import { allEdgesOf, urlVariable, type Edge } from '../system/system.ts'
import { readBreakers, setBreaker } from './agent-breakers.ts'
import { openHolds } from './agent-holds.ts'
import { eventStream, logStream } from './agent-streams.ts'
import type { AgentConfig } from './agent.ts'
import type { EdgeProxies } from './edge-proxies.ts'
import { guestFaults, healAllGuests, healGuests } from './guest-faults.ts'
import type { EventRecord } from './event-record.ts'
import type { LogFeed } from './log-feed.ts'

export interface AgentParts {
  config: AgentConfig
  plans: ServicePlan[]
  startedAt: number
  events: EventRecord
  feed: LogFeed
  supervisor: Supervisor
  breakers: BreakerWatch
  edges: EdgeProxies | undefined
  desk: FaultDesk
  clock: Clock
  isHalted(): boolean
  setHalted(isWanted: boolean): void
  /** Another process of the service takes the place of the one that runs, and no request notices. */
  replace(service: string): Promise<void>
  readLogs(service: string, tail: number): LogLine[]
  stop(now: boolean): void
}

const restartWithinMs = 60_000

export function agentRoutes(parts: AgentParts): Handler {
  const { desk, clock } = parts
  const holds = openHolds(desk, clock)
  return async (request) => {
    const [first = '', second, third] = request.segments
    switch (`${request.method} /${[first, second && '*', third].filter(Boolean).join('/')}`) {
      case 'GET /status':
        await parts.breakers.lookedAtAll() // else what has just become ready would seem to have none
        return json(fleetStatus(parts))
      case 'GET /events':
        return eventStream(parts, request.query)
      case 'GET /logs':
        for (const service of request.query.getAll('service')) requireService(parts.plans, service)
        return logStream(parts, request.query)
      case 'POST /services/*/restart':
        return json(await restart(parts, second ?? ''))
      case 'GET /canary-key':
        return json({ key: parts.plans[0]?.launch.env['CANARY_KEY'] ?? '' })
      case 'GET /breakers':
        return json(await readBreakers(parts))
      case 'POST /breakers/*':
        return json(await setBreaker(parts, second ?? '', request.body))
      case 'GET /faults':
        return json([...guestFaults(parts.edges?.guests() ?? []), ...desk.list()])
      case 'POST /faults':
        if (request.query.get('held-by') === null) await holds.untilFree()
        if (request.query.get('dry-run') === '1') return json(desk.check(readFaultRequest(request.body)))
        return json(await setFault(readFaultRequest(request.body), request.query.get('held-by')), 201)
      case 'GET /holds':
        return holds.stream()
      case 'POST /faults/*':
        if (second !== 'heal') break
        return json([...(await ofGuests()), ...(await desk.healAll('command'))])
      case 'POST /faults/*/heal': {
        const healed = await ofGuests(second)
        return json(healed.length > 0 ? healed : [await desk.heal(second ?? '', 'command')])
      }
      case 'POST /halt': {
        parts.setHalted(true)
        const ofGuests = parts.edges === undefined ? [] : await healAllGuests(parts.edges, clock)
        return json({ halted: true, healed: [...ofGuests, ...(await desk.healAll('halt'))] })
      }
      case 'DELETE /halt':
        parts.setHalted(false)
        return json({ halted: false, healed: [] })
      case 'POST /stop':
        parts.stop(request.query.get('now') === '1')
        return json({ stopping: true }, 202)
    }
    return json(
      {
        error: { code: 'unknown-route', message: `The agent has no ${request.method} /${first}.`, next: '' },
      },
      404,
    )
  }

  async function ofGuests(only?: string): Promise<FaultStatus[]> {
    return parts.edges === undefined ? [] : healGuests(parts.edges, clock, only)
  }

  function setFault(fault: FaultRequest, heldBy: string | null): Promise<FaultStatus> {
    return heldBy === null ? desk.request(fault) : holds.request(heldBy, fault)
  }
}

const json = (body: unknown, status = 200): AgentReply => ({ kind: 'json', status, body })

function fleetStatus({
  config,
  startedAt,
  supervisor,
  breakers,
  edges,
  desk,
  isHalted,
  plans,
}: AgentParts): FleetStatus {
  const { system, root, cliVersion } = config
  const known = breakers.known()
  return {
    version: 1,
    system: { name: system.name, root, entry: system.entry },
    agent: { pid: process.pid, startedAt, cliVersion },
    proxy: edges
      ? {
          pid: edges.process()?.pid ?? null,
          restarts: edges.restarts(),
          api: edges.api(),
          ...(config.toxiproxy && { toxiproxy: formatAddress(config.toxiproxy) }),
        }
      : null,
    halted: isHalted(),
    services: supervisor.status(),
    edges: allEdgesOf(system).map(({ name, kind, caller, callee }): EdgeStatus => {
      const found = known.find((breaker) => breaker.name === name)
      const { transitions: _, ...breaker } = found ?? { transitions: [] }
      return {
        name,
        kind,
        url: urlOf({ plans, caller, callee, kind }),
        isProxied: edges !== undefined,
        breaker: found === undefined ? null : (breaker as EdgeStatus['breaker']),
      }
    }),
    faults: [...guestFaults(edges?.guests() ?? []), ...desk.list()],
  }
}

/** Where the caller finds the callee. */
function urlOf({ plans, caller, callee, kind }: Omit<Edge, 'name'> & { plans: ServicePlan[] }): string {
  const planOf = (name: string): ServicePlan | undefined => plans.find((plan) => plan.name === name)
  if (kind === 'client') return planOf(callee)?.url ?? ''
  return planOf(caller)?.launch.env[urlVariable(callee)] ?? ''
}

async function restart(parts: AgentParts, service: string): Promise<ServiceStatus> {
  const { supervisor, plans, desk, edges } = parts
  requireService(plans, service)
  const before = supervisor.status().find(({ name }) => name === service)
  const fault = desk.claimedBy(processClaim(service))
  if (fault !== undefined) throw errors.serviceHeld(service, `under fault ${fault.id} (${fault.kind})`)
  const firstStart = before?.restarts ?? 0
  if (edges?.canLead === true && before?.state === 'ready') await parts.replace(service)
  else supervisor.restart(service)
  const status = await supervisor.until(
    service,
    ({ state, restarts }) =>
      state === 'crash-looped' ||
      state === 'stopped' ||
      state === 'held' ||
      (state === 'ready' && (restarts > firstStart || before?.pid === null)),
    AbortSignal.timeout(restartWithinMs),
  )
  if (status.state !== 'ready') throw errors.serviceNotReady(service, status.detail ?? status.state, [])
  return status
}

function requireService(plans: ServicePlan[], service: string): void {
  const known = plans.map(({ name }) => name)
  if (!known.includes(service)) throw errors.unknownService(service, known, suggest(service, known))
}

/** What it says is checked by the desk. */
function readFaultRequest(body: unknown): FaultRequest {
  const { kind, target } = (body ?? {}) as Record<string, unknown>
  if (typeof kind !== 'string' || typeof target !== 'string') {
    throw errors.badValue('a fault', JSON.stringify(body ?? null), '{"kind":…,"target":…,"forMs":…}')
  }
  return body as FaultRequest
}
