// A service, put together: everything that the service contract asks for around the routes that are
// the service's own. Tests run one in their own process; start-service.ts makes it a process.

import { mkdirSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { once } from 'node:events'
import type { TProperties } from 'typebox'
import { createAdminServer } from './admin-server.ts'
import { createApp, type App } from './app.ts'
import { createBreakers } from './breakers.ts'
import { createCallee, type Callee } from './callee.ts'
import { systemClock, type Clock } from './clock.ts'
import { readConfig, type Config } from './config.ts'
import { closeDoor, createTraffic, cutSilent, sleepUnless, untilAllLeft } from './drain.ts'
import { readEdgePolicies } from './edge-policies.ts'
import { openDurableStore, type DurableStore } from './durable-store.ts'
import { createHealth } from './health.ts'
import { createLogger, type Logger } from './logger.ts'
import { createMetrics } from './metrics.ts'
import { takeWriter, type Writer } from './writer.ts'
import type { PolicyOverrides } from './policy-config.ts'
import { createTelemetry } from './telemetry.ts'

export interface ServiceDefinition<Settings extends TProperties, Callees extends string> {
  /** Environment variables of its own. */
  settings?: Settings
  /** The edges to other services, each with what differs from the defaults of policy-config.ts. */
  callees?: Record<Callees, PolicyOverrides>
  /** Faces the outside: deadline, retries and traces of callers are not believed. */
  isEdge?: boolean
  /** How long a request may take when its caller does not say; 3 s if not given. */
  deadlineMs?: number
  /** Adds the routes; what it starts, it stops in an `onClose` step. */
  build: (tools: ServiceTools<Settings, Callees>) => void | Promise<void>
}

export interface ServiceTools<Settings extends TProperties, Callees extends string> {
  app: App
  config: Config<Settings>
  log: Logger
  clock: Clock
  callee: (name: Callees) => Callee
  /** `DATA_DIR/<name>.db`; closed last, and unready while it cannot be written (durable-store.ts). */
  openStore: (name: string, schema: string) => DurableStore
  /** Unready as long as it says why; asked at each probe. */
  addCheck: (check: () => string | undefined) => void
  /** Shown at /metrics, until the service ends. */
  gauge: (name: string, read: () => number) => void
  /** Aborted as soon as the service drains: who answers late on purpose (a long poll) answers then. */
  stopping: AbortSignal
  /** Runs when no request is in flight any more; the steps run in reverse order. */
  onClose: (step: () => void | Promise<void>) => void
}

export interface RunningService {
  name: string
  /** `http://127.0.0.1:4001` */
  url: string
  adminUrl: string
  log: Logger
  /**
   * Unready for the probe period in which balancers look away, then closed to new connections until those
   * that there are have left or have been silent for as long again; see drain.ts. An abort ends it early.
   */
  drain(signal?: AbortSignal): Promise<void>
  /** Finishes what is in flight, closes stores, sends the last spans. Once, however often it is asked for. */
  close(): Promise<void>
}

/**
 * Where no balancer has to look away, clients still have to hear that they should leave. Ours try again, and do not wait
 * for long while the next process waits for our data; strangers have been promised an answer.
 */
const leastGraceMs = { edge: 100, inside: 40 }

/**
 * @param isSoleWriter waits until no other process of the service has its data folder
 * @param ending rejects while it waits
 */
export async function runService<Settings extends TProperties, Callees extends string>(
  definition: ServiceDefinition<Settings, Callees>,
  env: Record<string, string | undefined>,
  { isSoleWriter = false, ending }: { isSoleWriter?: boolean; ending?: AbortSignal } = {},
): Promise<RunningService> {
  const { isEdge = false, deadlineMs = 3000 } = definition
  const { config, calleeUrls } = readConfig({
    settings: definition.settings ?? ({} as Settings),
    callees: Object.keys(definition.callees ?? {}),
    env,
  })
  const policies = readEdgePolicies({ inCode: definition.callees ?? {}, isEdge, env })
  const service = config.SERVICE_NAME
  const clock = systemClock
  const log = createLogger({ service, level: config.LOG_LEVEL })
  const health = createHealth()
  const traffic = createTraffic()
  const metrics = createMetrics()
  const breakers = createBreakers()
  const telemetry = await createTelemetry({
    service,
    endpoint: config.OTEL_EXPORTER_OTLP_ENDPOINT,
    tracesPerSecond: config.TRACES_PER_SECOND,
    clock,
  })
  telemetry.measures.forEach(metrics.add)
  log.debug('starting')
  breakers.subscribe(({ name, from, to, reason, at }) => {
    log[to === 'closed' ? 'info' : 'warn']({ breaker: name, from, to, reason, at }, `breaker ${to}`)
  })

  const callees = new Map(
    [...policies].map(([name, policy]) => {
      const url = calleeUrls.get(name) ?? ''
      return [name, createCallee({ caller: service, name, url, config: policy, clock, breakers, telemetry })]
    }),
  )

  const canaryKey = config.CANARY_KEY
  const app = createApp({ clock, log, health, traffic, metrics, telemetry, isEdge, deadlineMs, canaryKey })
  const admin = createAdminServer({ health, metrics, breakers })
  const stopping = new AbortController()
  const closeSteps: (() => void | Promise<void>)[] = []
  let closing: Promise<void> | undefined
  let writer: Writer | undefined

  try {
    mkdirSync(config.DATA_DIR, { recursive: true })
    admin.listen(config.ADMIN_PORT, '127.0.0.1')
    await once(admin, 'listening')
    if (isSoleWriter) {
      writer = await takeWriter(config.DATA_DIR, {
        stopping: ending ?? stopping.signal,
        onWait() {
          log.info('another process has the data; waiting for it to end')
          health.enter('standby')
        },
      })
    }
    await definition.build({
      app,
      config,
      log,
      clock,
      callee: (name) => callees.get(name) as Callee,
      openStore,
      addCheck: health.addCheck,
      gauge,
      stopping: stopping.signal,
      onClose: (step) => void closeSteps.unshift(step),
    })
    const url = await app.listen({ host: config.HOST, port: config.PORT })
    const adminUrl = `http://127.0.0.1:${(admin.address() as AddressInfo).port}`
    health.enter('ready')
    log.info({ url, adminUrl, pid: process.pid }, 'ready')
    return { name: service, url, adminUrl, log, drain, close }
  } catch (error) {
    await close()
    throw error
  }

  function openStore(name: string, schema: string): DurableStore {
    const store = openDurableStore({ folder: config.DATA_DIR, name, schema, log })
    health.addCheck(() => store.trouble())
    closeSteps.push(() => store.close())
    return store
  }

  function gauge(name: string, read: () => number): void {
    // What it reads may be a store, which is closed before the admin server is.
    metrics.add({
      name,
      kind: 'gauge',
      read: () => (stopping.signal.aborted ? [] : [{ value: read() }]),
    })
  }

  async function drain(signal?: AbortSignal): Promise<void> {
    health.enter('draining')
    stopping.abort()
    await sleepUnless(signal, config.DRAIN_MS)
    await closeDoor(app.server)
    health.enter('closing')
    const graceMs = Math.max(leastGraceMs[isEdge ? 'edge' : 'inside'], config.DRAIN_MS)
    await untilAllLeft({ server: app.server, traffic, graceMs }, signal)
  }

  function close(): Promise<void> {
    closing ??= closeAll()
    return closing
  }

  async function closeAll(): Promise<void> {
    stopping.abort()
    await closeDoor(app.server)
    health.enter('closing')
    await cutSilent(traffic)
    await closeApp()
    for (const step of closeSteps) await step()
    writer?.release() // not before the stores are closed
    await Promise.all([...callees.values()].map((callee) => callee.close()))
    await telemetry.shutdown()
    metrics.close()
    admin.close()
    admin.closeAllConnections()
    log.info('closed')
  }

  /** Node waits for connections for ever; those that were answered meanwhile are silent now. */
  async function closeApp(): Promise<void> {
    const sweep = setInterval(() => void cutSilent(traffic), 20)
    await app.close()
    clearInterval(sweep)
  }
}
