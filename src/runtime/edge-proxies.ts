// The proxies of a running fleet, as the agent sees them: it starts their process, starts it again when it
// ends, asks it for faults, and hears what they touched.
//
//   agent ──owner socket──▶ proxy process: set, remove, lead elsewhere
//   agent ◀──its stdout──── ready · toxic.set, proxy.disabled (by a guest) · toxic.bit · toxic.removed
//
// A process that ended is replaced on the same ports. Its toxics are gone with it, and are told to be.

import { proxyOwner } from '../adapters/proxy-owner.ts'
import type { EdgesUnderFault } from '../chaos/fault.ts'
import { UserError } from '../errors.ts'
import type { Clock, HostPort, Output, Processes, ServiceProcess } from '../ports.ts'
import type { Touched } from '../system/proxy-api.ts'
import type { EdgePlan } from './plan-fleet.ts'
import { probePort } from './probe-port.ts'
import { proxyNews, type Guest } from './proxy-news.ts'
import type { ProxyJob } from './proxy-process.ts'
import { proxyProcesses } from './proxy-processes.ts'

export interface EdgeProxies extends EdgesUnderFault {
  /** Starts the process; resolves when every edge listens. */
  start(): Promise<void>
  /** Another one waits to take over, so that the edges are back at once when the first is killed. */
  keepSpare(): void
  /** It is not started again when it ends. */
  stop(): Promise<void>
  /** Whether new connections can be led elsewhere while others go on. */
  canLead: boolean
  process(): ServiceProcess | undefined
  /** The one at work and its spare. */
  processes(): ServiceProcess[]
  restarts(): number
  /** host:port of the API for guests. */
  api(): string | null
  /** New connections of all edges to the service go to that port. */
  lead(service: string, port: number): Promise<void>
  /** New connections to the service wait until it is led elsewhere, or until that time is over. */
  wait(service: string, ms: number): Promise<void>
  guests(): Guest[]
  /** Nothing is broken any more, by whomever. */
  mend(): Promise<void>
  /** What guests did where nobody tells us of it, as on a foreign server. */
  removeUntold(): Promise<void>
}

export interface EdgeProxiesParts {
  edges: EdgePlan[]
  /** Port of each service's process. */
  upstreams: Record<string, number>
  ownerSocket: string
  api: HostPort | undefined
  processes: Processes
  clock: Clock
  cwd: string
  /** It was started or has ended. */
  onProcess(): void
  /** It ended, and nobody had asked for it. */
  onLost(reason: string): void
  onGuest(guest: Guest): void
  /** Something else stands between the proxies and the services, such as a foreign Toxiproxy server. */
  behind?: { portOf(edge: string): number; isBroken(edge: string): Promise<boolean> }
  /** What it writes that is no message. */
  onOutput(lines: Output[]): void
}

const seed = 1
const startWithinMs = 10_000
const firstBackOffMs = 20
const longestBackOffMs = 5000
const removedWithinMs = 1000
const askAgainMs = 50

export function edgeProxies(parts: EdgeProxiesParts): EdgeProxies {
  const { edges, ownerSocket, clock } = parts
  const news = proxyNews(parts)
  const processes = proxyProcesses({ ...parts, onOutput: (lines) => lines.forEach(news.hear) })
  const owner = proxyOwner(ownerSocket)
  const upstreams = new Map(Object.entries(parts.upstreams))
  const planOf = new Map(edges.map((edge) => [edge.name, edge]))
  let running: ServiceProcess | undefined
  let starts = 0
  let isWanted = true

  async function start(): Promise<void> {
    const job: ProxyJob = {
      ownerSocket,
      ...(parts.api && { api: parts.api }),
      seed,
      edges: edges.map(({ name, callee, listen }) => ({
        name,
        listen: `127.0.0.1:${listen}`,
        upstream: `127.0.0.1:${parts.behind?.portOf(name) ?? upstreams.get(callee) ?? 0}`,
      })),
    }
    const launched = processes.take()
    launched.tell(JSON.stringify(job))
    running = launched
    starts++
    const gaveUp = new AbortController()
    void launched.exited.then(({ code, signal }) => {
      running = undefined
      const ended = `the proxy process ended (${signal ?? `exit code ${code}`})`
      gaveUp.abort(new Error(ended))
      if (!isWanted) return
      news.forgetGuests()
      parts.onLost(`${ended} and its toxics with it`)
    })
    const inTime = AbortSignal.any([AbortSignal.timeout(startWithinMs), gaveUp.signal])
    await news.heard(({ type }) => (type === 'ready' ? true : undefined), inTime)
    void launched.exited.then(() => startAgain(0))
    if (starts > 1) processes.keepSpare()
  }

  async function startAgain(delayMs: number): Promise<void> {
    await clock.sleep(delayMs)
    if (!isWanted) return
    // Its ports may be taken for a moment by what was accepted last; it is tried until it stands.
    await start().catch(() => startAgain(Math.min(longestBackOffMs, Math.max(firstBackOffMs, delayMs * 2))))
  }

  const path = (edge: string, rest = ''): string => `/proxies/${encodeURIComponent(edge)}${rest}`

  /**
   * For what may be asked twice, as undoing is: a process that has just ended is waited for until another one
   * stands in its place. What the first one had is gone with it, and the second one says so.
   */
  async function askWhoeverIsThere<T>(...question: Parameters<typeof owner.ask>): Promise<T> {
    const deadline = clock.monotonicMs() + startWithinMs
    for (;;) {
      try {
        return await owner.ask<T>(...question)
      } catch (error) {
        const hasEnded = error instanceof UserError && error.code === 'proxies-ended'
        if (!hasEnded || !isWanted || clock.monotonicMs() > deadline) throw error
        await clock.sleep(askAgainMs)
      }
    }
  }

  async function remove(edge: string, toxic: string): Promise<Touched> {
    const patience = AbortSignal.timeout(removedWithinMs)
    const told = news.heard(
      (message) =>
        message.type === 'toxic.removed' && message.proxy === edge && message.toxic === toxic
          ? message.touched
          : undefined,
      patience,
    )
    told.catch(() => {}) // it may have been gone before we asked: then nobody waits for it
    try {
      await askWhoeverIsThere('DELETE', path(edge, `/toxics/${encodeURIComponent(toxic)}`))
    } catch (error) {
      if ((error as { status?: number }).status !== 404) throw error
      return news.touched(edge, toxic) ?? { bytes: 0, events: 0, connections: 0 }
    }
    const { bytes, events, connections } = await told
    news.forget(edge, toxic)
    return { bytes, events, connections }
  }

  async function askTowards(service: string, what: string, body: object): Promise<void> {
    const towards = edges.filter(({ callee }) => callee === service)
    await Promise.all(towards.map(({ name }) => owner.ask('POST', `/msvc${path(name, what)}`, body)))
  }

  /** Not answered, and not because of what was just undone. */
  async function isExcused(edge: string): Promise<boolean> {
    const { enabled, toxics } = await askWhoeverIsThere<{ enabled: boolean; toxics: unknown[] }>(
      'GET',
      path(edge),
    )
    if (!enabled || toxics.length > 0 || (await parts.behind?.isBroken(edge)) === true) return true
    return (await probePort(upstreams.get(planOf.get(edge)?.callee ?? '') ?? 0)) !== 'answered'
  }

  return {
    start,
    canLead: true,
    async stop() {
      isWanted = false
      owner.close()
      await processes.stop()
    },
    keepSpare: processes.keepSpare,
    process: () => running,
    processes: processes.all,
    restarts: () => Math.max(0, starts - 1),
    api: news.api,
    async lead(service, port) {
      upstreams.set(service, port)
      await askTowards(service, '/upstream', { upstream: `127.0.0.1:${port}` })
    },
    wait: (service, ms) => askTowards(service, '/wait', { ttlMs: ms }),
    mend: () => owner.ask('POST', '/reset'),
    guests: news.guests,
    async removeUntold() {},
    async add(edge, { stream, ttlMs, ...toxic }) {
      await owner.ask('POST', path(edge, '/toxics'), { ...toxic, stream, ttlMs: Math.ceil(ttlMs) })
    },
    remove,
    untilBit: async (edge, toxic, signal) =>
      news.touched(edge, toxic) ??
      (await news.heard(
        (message) =>
          message.type === 'toxic.bit' && message.proxy === edge && message.toxic === toxic
            ? { bytes: message.bytes, events: message.events, connections: 1 }
            : undefined,
        signal,
      )),
    async close(edge, ttlMs) {
      const body = { ttlMs: Math.ceil(ttlMs) }
      return (await owner.ask<{ cut: number }>('POST', `/msvc${path(edge, '/down')}`, body)).cut
    },
    async open(edge) {
      await askWhoeverIsThere('POST', path(edge), { enabled: true })
    },
    probe: (edge) => probePort(planOf.get(edge)?.listen ?? 0),
    async untilWhole(edge, signal) {
      for (;;) {
        const found = await probePort(planOf.get(edge)?.listen ?? 0)
        if (found === 'answered' || (await isExcused(edge))) return
        if (signal.aborted) throw new Error(`a request through ${edge} is ${found}`)
        await clock.sleep(askAgainMs, signal).catch(() => {}) // aborted: the last look tells
      }
    },
  }
}
