// The agent: the process behind `msvc up`. It runs the fleet of one system, owns every fault, records
// every event, and serves all of that on its socket. The composition root of fleet and chaos.
//
// Crash-only: there is no state that a kill -9 could leave half-made. The guard ends the services, the
// next command closes the books (reconcile.ts).
//
//   stdin, first line: AgentConfig as JSON. With `attached`, the end of stdin ends the fleet too.

import { mkdirSync, realpathSync, rmSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { isHalted, setHalted } from '../adapters/agent-halt.ts'
import { openJournal } from '../adapters/agent-journal.ts'
import { openLogs, readLogs } from '../adapters/agent-logs.ts'
import {
  claimAgentRecord,
  releaseAgentRecord,
  updateAgentRecord,
  type AgentRecord,
} from '../adapters/agent-record.ts'
import { serveAgent } from '../adapters/agent-server.ts'
import { agentSocketPath, proxySocketOf } from '../adapters/agent-socket.ts'
import { systemClock } from '../adapters/clock.ts'
import { startGuard } from '../adapters/guard.ts'
import { probeHttp } from '../adapters/http-probe.ts'
import { ownIdentity } from '../adapters/process-identity.ts'
import { guardedProcesses } from '../adapters/processes.ts'
import { reservePorts } from '../adapters/reserved-ports.ts'
import { openFaultDesk } from '../chaos/fault-desk.ts'
import { faultKinds } from '../chaos/faults.ts'
import { watchBreakers } from '../fleet/breaker-watch.ts'
import { defaultRestartPolicy } from '../fleet/restart-policy.ts'
import { stopWaves } from '../fleet/stop-order.ts'
import { supervise } from '../fleet/supervisor.ts'
import type { HostPort } from '../ports.ts'
import { allEdgesOf, type System } from '../system/system.ts'
import { agentEdges } from './agent-edges.ts'
import { agentRoutes } from './agent-routes.ts'
import { startBurners } from './burners.ts'
import { recordEvents } from './event-record.ts'
import { fleetUnderFault } from './fleet-under-fault.ts'
import { honourHalt } from './honour-halt.ts'
import { replaceService } from './replace-service.ts'
import { planFleet } from './plan-fleet.ts'
import { logFeed } from './log-feed.ts'
import { processesUnderFault } from './processes-under-fault.ts'
import { stopFleet } from './stop-fleet.ts'
import { toxiproxyPlace } from './toxiproxy-server.ts'

export interface AgentConfig {
  root: string
  system: System
  cliVersion: string
  /** End when standard input ends. */
  attached: boolean
  /** Without proxies: no edge can be broken. */
  isDirect?: boolean
  /** Where clients of Toxiproxy may ask. */
  toxiproxyApi?: HostPort
  /** A Toxiproxy server of somebody else, which makes the faults on edges. */
  toxiproxy?: HostPort
}

const graceMs = 8000

export async function runAgent(config: AgentConfig, stop: AbortSignal): Promise<void> {
  const { root, system } = config
  const clock = systemClock
  const startedAt = clock.now()
  const socket = agentSocketPath(root)

  using journal = openJournal(root, startedAt)
  const place = config.toxiproxy && toxiproxyPlace(root, config.toxiproxy)
  let record: AgentRecord = {
    ...ownIdentity(),
    root: realpathSync(root),
    socket,
    journal: journal.path,
    startedAt,
    processes: [],
    ...(place && { toxiproxy: place }),
  }
  if (!claimAgentRecord(root, record)) {
    rmSync(journal.path)
    throw new Error('another agent runs this system')
  }
  await using cleanup = new AsyncDisposableStack()
  cleanup.defer(() => releaseAgentRecord(root, record))
  cleanup.defer(() => rmSync(proxySocketOf(socket), { force: true })) // left by proxies that were killed
  using logs = openLogs(root)
  await using guard = await startGuard()

  await using ports = reservePorts({ fixed: system.services.flatMap(({ port }) => port ?? []) })
  const fleet = await planFleet({ root, system, isDirect: config.isDirect === true, ports })
  const plans = fleet.services
  for (const { launch } of plans) mkdirSync(launch.env['DATA_DIR'] ?? root, { recursive: true })
  const events = recordEvents(journal)
  const { publish, publishDurably } = events
  const feed = logFeed()
  const processes = guardedProcesses(guard)
  const unready = new Set(plans.map(({ name }) => name))
  const breakers = watchBreakers({ http: probeHttp, clock, publish })
  const supervisor = supervise({
    plans,
    processes,
    http: probeHttp,
    clock,
    policy: defaultRestartPolicy,
    graceMs,
    publish,
    onOutput(service, lines) {
      const at = clock.now()
      logs.append(service, at, lines)
      for (const { stream, line } of lines) feed.tell({ service, at, stream, line })
    },
    lastLines: (service) => readLogs(root, service, 10).map(({ line }) => line),
    onProcesses: () => recordProcesses(),
    onReady(of, signal) {
      void breakers.follow(of, signal)
      unready.delete(of.name)
      // Not before: it would compete with what the user waits for.
      if (unready.size === 0) edges?.keepSpare()
    },
  })
  const loseEdges = (reason: string, whatNow: string): void => {
    publish({
      at: clock.now(),
      source: 'agent',
      type: 'proxy.lost',
      subject: 'proxy',
      data: { reason: `${reason}; ${whatNow}` },
    })
    desk.lose(({ target }) => target.includes(':'), reason)
  }
  const edges =
    config.isDirect === true
      ? undefined
      : agentEdges({
          fleet,
          toxiproxy: place,
          ownerSocket: proxySocketOf(socket),
          api: config.toxiproxyApi,
          processes,
          clock,
          cwd: root,
          isHalted: () => isHalted(root),
          onProcess: () => recordProcesses(),
          onLost: loseEdges,
          onOutput: (lines) => logs.append('proxy', clock.now(), lines),
        })
  const burners = startBurners(processes, () => recordProcesses())
  const recordProcesses = (): void => {
    const running = [
      ...supervisor.running(),
      ...burners.running(),
      ...(edges?.processes() ?? []).map((proxy) => ({ ...proxy, service: 'proxy' })),
    ]
    const recorded = running.map(({ service, pid, startTime }) => ({ service, pid, startTime }))
    record = { ...record, processes: recorded }
    updateAgentRecord(root, record)
  }
  const underFault = processesUnderFault({ supervisor, plans, burners, feed })
  const desk = openFaultDesk({
    kinds: faultKinds,
    services: plans.map(({ name }) => name),
    edges: allEdgesOf(system).map(({ name }) => name),
    fleet: fleetUnderFault(supervisor, { signals: processes, processes: underFault, edges }),
    clock,
    isHalted: () => isHalted(root),
    publish,
    publishDurably,
  })

  const proxiesReady = edges?.start()
  proxiesReady?.catch(() => {}) // waited for below, once the services are on their way
  for (const { name } of plans) supervisor.start(name)
  await proxiesReady
  const asked = new AbortController()
  const ending = AbortSignal.any([stop, asked.signal])
  await using _server = await serveAgent(
    socket,
    agentRoutes({
      config,
      plans,
      startedAt,
      events,
      feed,
      supervisor,
      breakers,
      edges,
      desk,
      clock,
      replace: (service) => replaceService({ service, fleet, supervisor, edges }),
      isHalted: () => isHalted(root),
      setHalted: (isWanted) => setHalted(root, isWanted),
      readLogs: (service, tail) => readLogs(root, service, tail),
      stop(now) {
        asked.abort()
        if (now) for (const { name } of plans) supervisor.kill(name)
      },
    }),
  )

  await honourHalt({ isHalted: () => isHalted(root), desk, edges, clock }, ending)
  desk.close()
  // What drains would wait for answers that a fault holds back.
  await edges?.mend().catch(() => {}) // its process ended: so did what was set in it
  await burners.endAll()
  await stopFleet({ supervisor, waves: stopWaves(system), clock, graceMs })
  await edges?.stop()
}

async function main(): Promise<void> {
  const stop = new AbortController()
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => stop.abort())
  const lines = createInterface({ input: process.stdin })
  const config = await new Promise<AgentConfig>((resolve, reject) => {
    lines.once('line', (line) => resolve(JSON.parse(line) as AgentConfig))
    lines.once('close', () => reject(new Error('no configuration on standard input')))
  })
  if (config.attached) lines.once('close', () => stop.abort())
  await runAgent(config, stop.signal)
  process.exit()
}

if (import.meta.main) await main()
