// Starts the fleet of a system and waits until every service is ready; a start that fails leaves
// nothing running.

import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { startAgent, type StartedAgent } from '../adapters/agent-process.ts'
import { systemClock } from '../adapters/clock.ts'
import { diskFiles } from '../adapters/files.ts'
import { moduleBeside } from '../adapters/module-beside.ts'
import { errors } from '../errors.ts'
import type { SystemEvent } from '../events.ts'
import type { FleetStatus } from '../system/agent-api.ts'
import type { HostPort } from '../ports.ts'
import { loadSystem } from '../system/load-system.ts'
import type { System } from '../system/system.ts'
import type { AgentConfig } from './agent.ts'
import { findAgent, type AgentClient } from './agent-client.ts'
import { formatAddress, isLoopback } from '../proxy/address.ts'
import { preflight } from './preflight.ts'
import { readAddress } from './read-address.ts'
import { requireToxiproxy } from './toxiproxy-server.ts'
import { untilAllReady, untilStarted } from './until-ready.ts'

export interface StartFleetOptions {
  root: string
  cliVersion: string
  /** Read from msvc.yaml when left out. */
  system?: System
  /** True: the fleet ends when this process does. False: it stays. */
  attached?: boolean
  /** How long the services may take to become ready, together. */
  readyWithinMs?: number
  /** Without proxies: no edge can be broken, and restart stops before it starts. */
  isDirect?: boolean
  /** host:port where clients of Toxiproxy may ask. */
  toxiproxyApi?: string | undefined
  /** Address of a Toxiproxy server that makes the faults on edges: host:port, or its URL. */
  toxiproxy?: string | undefined
  onEvent?: (event: SystemEvent) => void
  /** It runs already; all that is left to do is to wait until it is ready. */
  onRunning?: () => void
  signal?: AbortSignal
}

export type Fleet = { agent: AgentClient } & (
  | { kind: 'started' }
  /** `missing`: services that msvc.yaml has by now and the running fleet has not. */
  | { kind: 'was-running'; missing: string[] }
)

const defaultReadyWithinMs = 60_000
const agentAnswersWithinMs = 15_000

export async function startFleet(options: StartFleetOptions): Promise<Fleet> {
  const { root, signal, attached = false } = options
  const { readyWithinMs = defaultReadyWithinMs, onEvent } = options
  const system = options.system ?? (await loadSystem(root, diskFiles))
  const { cliVersion, isDirect = false, toxiproxyApi } = options
  const api = toxiproxyApi === undefined ? undefined : readAddress(toxiproxyApi, '--toxiproxy-api')
  if (api !== undefined && !isLoopback(api.host)) throw errors.remoteNeedsConsent(formatAddress(api))
  const toxiproxy = options.toxiproxy === undefined ? undefined : readToxiproxy(options.toxiproxy)
  const running = await findAgent(root)
  if (running !== undefined) return joinFleet(running)
  await preflight(root, system)
  if (toxiproxy !== undefined) await requireToxiproxy(toxiproxy)
  const config: AgentConfig = {
    root,
    system,
    cliVersion,
    attached,
    isDirect,
    ...(api && { toxiproxyApi: api }),
    ...(toxiproxy && { toxiproxy }),
  }
  const logPath = join(root, '.msvc', 'logs', 'agent.log')
  const started = startAgent({ entry: agentEntry(), config, isAttached: attached, logPath, cwd: root })
  const agent = await connectOrExplain(root, started, logPath)
  // Two `up` at once: one agent gets the system, the other ends; both commands show the one that runs.
  if ((await agent.status()).agent.pid !== started.pid) return joinFleet(agent)
  try {
    const names = system.services.map(({ name }) => name)
    await untilStarted(names, { agent, root, readyWithinMs, onEvent, signal })
    signal?.throwIfAborted()
  } catch (error) {
    await agent.stop().catch(() => {}) // it may have ended already; the error tells why we are here
    throw error
  }
  if (!attached) started.release()
  return { kind: 'started', agent }

  /** Somebody else's: what is not ready in it is said, and left as it is. */
  async function joinFleet(others: AgentClient): Promise<Fleet> {
    const { proxy } = await others.status()
    const complaint = whyOtherProxies({ isDirect, api, toxiproxy }, proxy)
    if (complaint !== undefined) throw errors.fleetRunsOtherwise(system.name, complaint)
    options.onRunning?.()
    await untilAllReady({ agent: others, readyWithinMs, signal })
    const running = new Set((await others.status()).services.map(({ name }) => name))
    const missing = system.services.map(({ name }) => name).filter((name) => !running.has(name))
    return { kind: 'was-running', agent: others, missing }
  }
}

/** Asked for with the flag, and how the fleet runs instead; undefined when it runs as asked, or nothing was. */
function whyOtherProxies(
  asked: { isDirect: boolean; api: HostPort | undefined; toxiproxy: HostPort | undefined },
  proxy: FleetStatus['proxy'],
): { flag: string; how: string } | undefined {
  const how = howItRuns(proxy)
  if (asked.isDirect && proxy !== null) return { flag: '--direct', how }
  if (isOther(asked.api, proxy?.api)) return { flag: '--toxiproxy-api', how }
  if (isOther(asked.toxiproxy, proxy?.toxiproxy)) return { flag: '--toxiproxy', how }
  return undefined
}

function howItRuns(proxy: FleetStatus['proxy']): string {
  if (proxy === null) return 'without proxies (--direct)'
  if (proxy.toxiproxy !== undefined) return `with the Toxiproxy server at ${proxy.toxiproxy}`
  return proxy.api === null ? 'with proxies of its own' : `with proxies that can be broken at ${proxy.api}`
}

/** Port 0 is any. */
const isOther = (asked: HostPort | undefined, running: string | null | undefined): boolean =>
  asked !== undefined && (running == null || (asked.port !== 0 && formatAddress(asked) !== running))

function readToxiproxy(text: string): HostPort {
  const address = readAddress(text.replace(/^http:\/\//, '').replace(/\/$/, ''), '--toxiproxy')
  if (!isLoopback(address.host)) throw errors.toxiproxyNotHere(formatAddress(address))
  return address
}

const agentEntry = (): string => fileURLToPath(moduleBeside(import.meta.url, 'agent'))

async function connectOrExplain(root: string, started: StartedAgent, logPath: string): Promise<AgentClient> {
  const ended = { yet: false }
  void started.ended.then(() => {
    ended.yet = true
  })
  const deadline = systemClock.monotonicMs() + agentAnswersWithinMs
  while (!ended.yet && systemClock.monotonicMs() < deadline) {
    const agent = await findAgent(root)
    if (agent !== undefined) return agent
    await systemClock.sleep(20)
  }
  throw errors.agentDied(started.lastLines(), logPath)
}
