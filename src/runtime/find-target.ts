// What a load command names → where its requests go: a URL, a service of the running system, or its entry
// with a scenario; and the fleet behind it, when that is ours.

import { dirname, isAbsolute, join, resolve } from 'node:path'
import { diskFiles, readBytesIfExists } from '../adapters/files.ts'
import { errors } from '../errors.ts'
import { type LoadPlan, parseTarget } from '../load/plan.ts'
import type { Scenario } from '../load/scenario.ts'
import type { RequestFormat } from '../load/readers/read-requests.ts'
import type { FleetStatus } from '../system/agent-api.ts'
import { findSystemRoot } from '../system/load-system.ts'
import { suggest } from '../system/suggest.ts'
import { tellAdded } from './added-since.ts'
import { connectAgent, findAgent, type AgentClient } from './agent-client.ts'

export interface Aim {
  /** A URL, `service`, `service/path`, or nothing: the entry with its scenario. */
  target: string | undefined
  /** The folder in which it was typed. */
  from: string
  scenarioFile: string | undefined
  /** Requests in the format of another tool, instead of a scenario. */
  requestsFile?: string | undefined
  requestsFormat?: RequestFormat | undefined
  /** Its headers are also sent with the requests of such a file. */
  request?: { headers: Record<string, string> }
}

interface Found {
  target: LoadPlan['target']
  fleet?: { root: string; system: string; agent: AgentClient } | undefined
  /** What of a file could not be used, and why. */
  notes?: readonly string[]
}

interface RunningSystem {
  root: string
  agent: AgentClient
  status: FleetStatus
}

/** Throws a UserError for an unknown service, a missing or malformed file, and a system that does not run. */
export async function findTarget(aim: Aim): Promise<Found> {
  const { target, from, scenarioFile, requestsFile } = aim
  const root = await findSystemRoot(from, diskFiles)
  if (requestsFile !== undefined) {
    const read = await readRequestsFile(requestsFile, { ...aim, target: await addressOf(target, root) })
    return { ...read, fleet: await fleetBehind(read.target.baseUrl, root) }
  }
  const url = urlTyped(target)
  if (url !== undefined) {
    const place = scenarioFile === undefined ? { url } : await withScenario(url, scenarioFile, from)
    return { target: place, fleet: await fleetBehind(url, root) }
  }
  if (root === undefined)
    throw target === undefined ? errors.noSystemHere(from) : neitherUrlNorService(target)
  const running = await runningSystem(root)
  const fleet = { root, agent: running.agent, system: running.status.system.name }
  const [name = '', ...path] = (target ?? running.status.system.entry).split('/')
  const service = await serviceOf(running, name)
  if (path.length > 0) return { target: { url: `${service.url}/${path.join('/')}` }, fleet }
  if (target !== undefined && scenarioFile === undefined) return { target: { url: `${service.url}/` }, fleet }
  const file = scenarioFile ?? join(root, 'load', 'default.yaml')
  return { target: await withScenario(service.url, file, from), fleet }
}

/** What stands for the target of a file of requests: a URL as it is typed, or where a service listens. */
async function addressOf(target: string | undefined, root: string | undefined): Promise<string | undefined> {
  const url = urlTyped(target)
  if (target === undefined || url !== undefined) return url
  if (root === undefined) throw neitherUrlNorService(target)
  const [name = '', ...path] = target.split('/')
  const service = await serviceOf(await runningSystem(root), name)
  return [service.url, ...path].join('/')
}

async function runningSystem(root: string): Promise<RunningSystem> {
  const agent = await connectAgent(root)
  return { root, agent, status: await agent.status() }
}

const neitherUrlNorService = (target: string) =>
  errors.targetInvalid(target, 'it is no URL, and there is no system here')

/** The fleet here, when the URL is one of its services'; then its events belong to the run. */
async function fleetBehind(url: string, root: string | undefined): Promise<Found['fleet']> {
  const agent = root === undefined ? undefined : await findAgent(root)
  if (root === undefined || agent === undefined || !URL.canParse(url)) return undefined
  const { services, system } = await agent.status()
  const isOurs = services.some((service) => new URL(service.url).origin === new URL(url).origin)
  return isOurs ? { root, agent, system: system.name } : undefined
}

/** The target as a URL; undefined when it is none, but perhaps a service. Throws `target-invalid`. */
export function urlTyped(target: string | undefined): string | undefined {
  if (target === undefined || !looksLikeUrl(target)) return undefined
  const url = hasScheme(target) ? target : `http://${target}`
  parseTarget(url)
  return url
}

const hasScheme = (target: string): boolean => /^[a-z][a-z\d+.-]*:\/\//i.test(target)

/** A scheme, or a host that no service is called: `localhost:4000/x`, `127.0.0.1/x`, `[::1]:80`, `ada:secret@x`. */
const looksLikeUrl = (target: string): boolean =>
  hasScheme(target) ||
  /^(localhost|[\d.]+|\[[\da-f:]+\]|[^/]+\.[^/]+)(:\d+)?(\/|$)/i.test(target) ||
  /^[^/]+:\d+/.test(target) ||
  target.includes('@')

async function serviceOf({ root, status }: RunningSystem, name: string) {
  const service = status.services.find((one) => one.name === name)
  if (service !== undefined) return service
  const known = status.services.map((one) => one.name)
  throw await tellAdded(errors.unknownService(name, known, suggest(name, known)), root)
}

async function withScenario(baseUrl: string, file: string, from: string): Promise<LoadPlan['target']> {
  const path = resolve(from, file)
  const text = await diskFiles.readIfExists(path)
  if (text === undefined) throw errors.scenarioMissing(file)
  // Here, because the schema library costs 100 ms that a plain target need not pay.
  const { parseScenario } = await import('../load/scenario.ts')
  return { baseUrl, scenario: parseScenario(text, file) }
}

/** Requests in the format of another tool; a URL on the command line stands for their target. */
async function readRequestsFile(
  file: string,
  { from, target, requestsFormat, request }: Aim,
): Promise<{ target: { baseUrl: string; scenario: Scenario }; notes: readonly string[] }> {
  const { readRequests } = await import('../load/readers/read-requests.ts')
  const { baseUrl, scenario, notes } = await readRequests({
    text: await readGiven(file, from),
    file,
    format: requestsFormat,
    readBody: (path) => readBytesGiven(isAbsolute(path) ? path : join(dirname(file), path), from),
    target,
  })
  const url = target ?? baseUrl
  if (url === null) throw errors.needsAnswer('A target', 'http://127.0.0.1:4000 (the file names none)')
  const headers = request?.headers ?? {}
  const requests = scenario.requests.map((one) => ({
    ...one,
    steps: one.steps.map((step) => ({ ...step, headers: { ...step.headers, ...headers } })),
  }))
  return { target: { baseUrl: url, scenario: { ...scenario, requests } }, notes }
}

async function readBytesGiven(file: string, from: string): Promise<Uint8Array> {
  const bytes = await readBytesIfExists(resolve(from, file))
  if (bytes === undefined) throw errors.fileMissing(file)
  return bytes
}

/** The text of a file that was named on the command line. Throws `file-missing`. */
export async function readGiven(file: string, from: string): Promise<string> {
  const text = await diskFiles.readIfExists(resolve(from, file))
  if (text === undefined) throw errors.fileMissing(file)
  return text
}
