// A system + ports + what this machine gives → how each service is started and found. Pure.

import type { Launch } from '../ports.ts'
import { client, edgesOf, urlVariable, type Service, type System } from '../system/system.ts'

export interface ServicePlan {
  name: string
  /** Where the process itself listens. */
  port: number
  adminPort: number
  /** Where clients find it: the proxy before it, where there is one. */
  url: string
  /** Answers 200 when the service is ready. */
  readyUrl: string
  breakersUrl: string
  breakerEventsUrl: string
  launch: Launch
}

export interface Ground {
  root: string
  /** Two per service: for business and for the admin routes. */
  ports: Record<string, { port: number; adminPort: number }>
  /** Where each edge's proxy listens, by the edge's name; empty: callers reach the services directly. */
  proxies: Record<string, number>
  /** Our own Node. */
  node: string
  /** The environment that msvc was started in. */
  environment: Record<string, string | undefined>
  /** Who knows it is believed about traces: see system/canary.ts. */
  canaryKey: string
}

export function planLaunches(system: System, ground: Ground): ServicePlan[] {
  return system.services.map((service) => planLaunch(system, service, ground))
}

export function planLaunch(system: System, service: Service, ground: Ground): ServicePlan {
  const { port, adminPort } = portsOf(ground, service.name)
  const direct = loopback(port)
  const admin = loopback(adminPort)
  const callees = edgesOf(system).filter(({ caller }) => caller === service.name)
  return {
    name: service.name,
    port,
    adminPort,
    url: loopback(ground.proxies[`${client}:${service.name}`] ?? port),
    readyUrl: service.health === undefined ? `${admin}/readyz` : `${direct}${service.health}`,
    breakersUrl: `${admin}/breakers`,
    breakerEventsUrl: `${admin}/breakers/events`,
    launch: {
      argv: service.command ?? [ground.node, 'src/main.ts'],
      cwd: `${ground.root}/${service.path}`,
      env: {
        ...inherited(ground),
        HOST: '127.0.0.1',
        PORT: String(port),
        ADMIN_PORT: String(adminPort),
        SERVICE_NAME: service.name,
        DATA_DIR: `${ground.root}/.msvc/data/${service.name}`,
        ...Object.fromEntries(
          callees.map(({ name, callee }) => [
            urlVariable(callee),
            loopback(ground.proxies[name] ?? portsOf(ground, callee).port),
          ]),
        ),
        // A proxy before it holds what comes while it hands over; no balancer has to look away first.
        ...(ground.proxies[`${client}:${service.name}`] !== undefined && { DRAIN_MS: '0' }),
        DEV_TOKENS: ground.environment['DEV_TOKENS'] || '1',
        CANARY_KEY: ground.canaryKey,
        EXIT_ON_STDIN_END: '1',
        NODE_OPTIONS: inspectorAnywhere(ground.environment['NODE_OPTIONS']),
        NODE_COMPILE_CACHE: ground.environment['NODE_COMPILE_CACHE'] || `${ground.root}/.msvc/cache/compile`,
      },
    },
  }
}

/**
 * The user's environment, with our own Node first on the PATH and without what npm adds for itself:
 * a service started by `npm run` should not differ from one started by hand.
 */
function inherited({ environment, node }: Ground): Record<string, string> {
  const kept = Object.entries(environment).filter(
    (entry): entry is [string, string] => entry[1] !== undefined && !isNpms(entry[0]),
  )
  const nodeFolder = node.slice(0, Math.max(node.lastIndexOf('/'), 0))
  return { ...Object.fromEntries(kept), PATH: [nodeFolder, environment['PATH']].filter(Boolean).join(':') }
}

/**
 * The inspector stays closed. Whoever opens it with SIGUSR1 (a debugger, the fault `block`) finds it on a free
 * port: the usual one, 9229, is one for all services.
 */
const inspectorAnywhere = (options = ''): string =>
  /--inspect(-brk|-port)?\b/.test(options) ? options : `${options} --inspect-port=127.0.0.1:0`.trim()

const isNpms = (name: string): boolean => /^npm_/i.test(name) || name === 'INIT_CWD'

const loopback = (port: number): string => `http://127.0.0.1:${port}`

function portsOf({ ports }: Ground, service: string): { port: number; adminPort: number } {
  const found = ports[service]
  if (found === undefined) throw new Error(`no port was taken for ${service}`)
  return found
}
