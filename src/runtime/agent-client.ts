// What every other command says to the agent. It stays light: `msvc status` should feel instant.

import { basename } from 'node:path'
import { agentHttp, AgentAbsent, AgentSilent, type AgentHttp } from '../adapters/agent-http.ts'
import { isDeadRecordLeft, readAgentRecord } from '../adapters/agent-record.ts'
import { agentSocketPath } from '../adapters/agent-socket.ts'
import { errors, UserError } from '../errors.ts'
import type { SystemEvent } from '../events.ts'
import type {
  BreakerOrder,
  EdgeBreaker,
  FaultStatus,
  FleetStatus,
  LogLine,
  ServiceStatus,
} from '../system/agent-api.ts'
import type { FaultRequest } from '../system/fault-declaration.ts'
import { holdAgent } from './agent-hold.ts'
import { agentPlace } from './agent-place.ts'

export interface AgentClient {
  status(): Promise<FleetStatus>
  /** All events after that number, then new ones as they come, until the signal aborts or the agent ends. */
  events(after?: number, signal?: AbortSignal): AsyncGenerator<SystemEvent, void, undefined>
  /** The events up to now. */
  eventsSoFar(after?: number): Promise<SystemEvent[]>
  /** @param heldBy a hold: the fault ends with it, at the latest */
  fault(request: FaultRequest, heldBy?: string): Promise<FaultStatus>
  /** What is set under it ends when the signal aborts, or this process ends, however. */
  hold(signal: AbortSignal): Promise<string>
  /** Refuses what `fault` would refuse, and sets nothing. */
  checkFault(request: FaultRequest): Promise<FaultRequest>
  faults(): Promise<FaultStatus[]>
  /** One fault, or all that are open. */
  heal(id?: string): Promise<FaultStatus[]>
  restart(service: string): Promise<ServiceStatus>
  breakers(): Promise<EdgeBreaker[]>
  /** With which our requests are believed about traces; see system/canary.ts. */
  canaryKey(): Promise<string>
  setBreaker(edge: string, order: BreakerOrder): Promise<EdgeBreaker>
  logs(query: LogQuery): AsyncGenerator<LogLine, void, undefined>
  /** Resolves when the fleet and its agent are gone; `now` kills instead of asking. */
  stop(how?: { now: boolean }): Promise<void>
}

export interface LogQuery {
  services?: string[]
  /** Lines per service. */
  tail?: number
  /** Epoch ms. */
  since?: number
  follow?: boolean
  signal?: AbortSignal
}

/** The client of a running agent, or `errors.agentNotRunning`. */
export async function connectAgent(root: string): Promise<AgentClient> {
  const client = await findAgent(root)
  if (client === undefined) throw errors.agentNotRunning(basename(root))
  return client
}

/**
 * The same, or undefined. What a killed agent left is cleaned up on the way, and said on stderr.
 * @throws UserError fleet-astray, when its fleet runs but not from this folder as it is now
 */
export async function findAgent(root: string): Promise<AgentClient | undefined> {
  const found = await find(root)
  if (found?.astray !== undefined) throw found.astray
  return found?.client
}

/** For whoever wants to end it: an agent gone astray is as good as any. */
export const findAgentToEnd = async (root: string): Promise<AgentClient | undefined> =>
  (await find(root))?.client

interface Found {
  client: AgentClient
  astray: UserError | undefined
}

async function find(root: string): Promise<Found | undefined> {
  if (await answers(root)) return foundAt(root)
  if (readAgentRecord(root) === undefined && !isDeadRecordLeft(root)) return undefined
  const { reconcile, untilSettled } = await import('./reconcile.ts')
  // It may have begun or be about to end this very moment: both take less than a second.
  await untilSettled(root, () => answers(root))
  if (await answers(root)) return foundAt(root)
  const cleanup = await reconcile(root)
  if (cleanup !== undefined) process.stderr.write(`${cleanup.summary}\n`)
  return undefined
}

/** Its record says where it listens: another environment than ours may have been in force at its start. */
export function reachAgent(root: string): AgentHttp {
  const place = agentPlace(root)
  return agentHttp(place.kind === 'unrecorded' ? agentSocketPath(root) : place.record.socket)
}

// The record is there before the agent answers and until after it does no more, so who answers without
// one has lost it.
async function foundAt(root: string): Promise<Found> {
  const place = agentPlace(root)
  const http = reachAgent(root)
  const client = clientOf(http, root)
  if (place.kind === 'here') return { client, astray: undefined }
  const { agent, system } = await client.status()
  const why =
    place.kind === 'moved'
      ? `it was started as ${system.root}, and moved since`
      : 'its .msvc/agent.json is not here any more'
  return { client, astray: errors.fleetAstray(system.name, agent.pid, why) }
}

async function answers(root: string): Promise<boolean> {
  try {
    await reachAgent(root).ask({ path: '/faults' })
    return true
  } catch (error) {
    if (error instanceof AgentAbsent) return false
    if (error instanceof AgentSilent) throw errors.agentSilent(readAgentRecord(root)?.pid)
    throw error
  }
}

/** What waits for a service to be ready again; the agent gives up earlier by itself. */
export const patienceMs = 90_000
const stopWithinMs = 30_000

function clientOf(plain: AgentHttp, root: string): AgentClient {
  const http = sayingSo(plain, root)
  async function* events(after = 0, signal?: AbortSignal, follow = true) {
    const path = `/events?after=${after}&follow=${follow ? 1 : 0}`
    for await (const line of http.lines({ path, ...(signal && { signal }) })) {
      if (line.startsWith('data: ')) yield JSON.parse(line.slice('data: '.length)) as SystemEvent
    }
  }

  return {
    status: () => http.ask({ path: '/status' }),
    events: (after, signal) => events(after, signal),
    eventsSoFar: (after) => collect(events(after, undefined, false)),
    fault: (body, heldBy) =>
      http.ask({
        method: 'POST',
        path: heldBy === undefined ? '/faults' : `/faults?held-by=${heldBy}`,
        body,
        withinMs: patienceMs,
      }),
    hold: (signal) => holdAgent(http, { system: basename(root), signal }),
    checkFault: (body) => http.ask({ method: 'POST', path: '/faults?dry-run=1', body }),
    faults: () => http.ask({ path: '/faults' }),
    heal: (id) =>
      http.ask({
        method: 'POST',
        path: id === undefined ? '/faults/heal' : `/faults/${encodeURIComponent(id)}/heal`,
        withinMs: patienceMs,
      }),
    restart: (service) =>
      http.ask({
        method: 'POST',
        path: `/services/${encodeURIComponent(service)}/restart`,
        withinMs: patienceMs,
      }),
    breakers: () => http.ask({ path: '/breakers' }),
    canaryKey: async () => (await http.ask<{ key: string }>({ path: '/canary-key' })).key,
    setBreaker: (edge, body) =>
      http.ask({ method: 'POST', path: `/breakers/${encodeURIComponent(edge)}`, body }),
    async *logs({ services = [], tail, since, follow, signal }) {
      const query = new URLSearchParams(services.map((service): [string, string] => ['service', service]))
      if (tail !== undefined) query.set('tail', String(tail))
      if (since !== undefined) query.set('since', String(since))
      if (follow === true) query.set('follow', '1')
      for await (const line of http.lines({ path: `/logs?${query.toString()}`, ...(signal && { signal }) })) {
        yield JSON.parse(line) as LogLine
      }
    },
    async stop({ now } = { now: false }) {
      await http.ask({ method: 'POST', path: `/stop?now=${now ? 1 : 0}` })
      const { untilEnded } = await import('./reconcile.ts')
      if (!(await untilEnded(root, stopWithinMs, () => answers(root)))) {
        throw errors.agentSilent(readAgentRecord(root)?.pid)
      }
    },
  }
}

export const isAgentGone = (error: unknown): boolean =>
  error instanceof UserError && error.code === 'agent-gone'

const isUnknownService = (error: unknown): error is UserError =>
  error instanceof UserError && error.code === 'unknown-service'

/** An agent that was there a moment ago and is not any more, or answers no more, is no bug of ours. */
function sayingSo(http: AgentHttp, root: string): AgentHttp {
  const toldOf = async (error: unknown): Promise<unknown> => {
    if (error instanceof AgentAbsent) return errors.agentGone(basename(root), error)
    if (error instanceof AgentSilent) return errors.agentSilent(readAgentRecord(root)?.pid)
    if (!isUnknownService(error)) return error
    const { tellAdded } = await import('./added-since.ts')
    return tellAdded(error, root)
  }
  return {
    async ask(question) {
      try {
        return await http.ask(question)
      } catch (error) {
        throw await toldOf(error)
      }
    },
    async *lines(question) {
      try {
        yield* http.lines(question)
      } catch (error) {
        throw await toldOf(error)
      }
    },
  }
}

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = []
  for await (const item of items) all.push(item)
  return all
}
