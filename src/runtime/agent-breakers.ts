// The breakers of the running services: asked when somebody wants to know, because rates change without
// a transition, and set by hand through the admin port of the service that owns them, the caller.

import { postJson, probeHttp } from '../adapters/http-probe.ts'
import { errors } from '../errors.ts'
import { parseBreakers } from '../fleet/breaker-news.ts'
import type { ServicePlan } from '../fleet/launch-plan.ts'
import type { BreakerOrder, BreakerSnapshot, EdgeBreaker } from '../system/agent-api.ts'
import { formatDuration } from '../system/duration.ts'
import { suggest } from '../system/suggest.ts'
import { edgesOf, type System } from '../system/system.ts'

interface BreakerParts {
  config: { system: System }
  plans: ServicePlan[]
}

const answerWithinMs = 1000
const defaultTtlMs = 60_000
const longestTtlMs = 15 * 60_000

export async function readBreakers({ config, plans }: BreakerParts): Promise<EdgeBreaker[]> {
  const all = (await Promise.all(plans.map(ask))).flat()
  return edgesOf(config.system).map(({ name, kind }) => ({
    edge: name,
    kind,
    breaker: all.find((breaker) => breaker.name === name) ?? null,
  }))
}

export async function setBreaker(parts: BreakerParts, edge: string, body: unknown): Promise<EdgeBreaker> {
  const edges = edgesOf(parts.config.system)
  const known = edges.map(({ name }) => name)
  const found = edges.find(({ name }) => name === edge)
  if (found === undefined) throw errors.unknownEdge(edge, known, suggest(edge, known))
  const order = readOrder(body)

  const { breakersUrl } = parts.plans.find(({ name }) => name === found.caller)!
  const answer = await postJson(`${breakersUrl}/${encodeURIComponent(edge)}`, order, answerWithinMs).catch(
    () => undefined, // no answer: it does not run
  )
  if (answer === undefined || answer.status === 404) throw errors.breakerAbsent(edge, found.caller)
  if (answer.status !== 200) throw errors.breakerRefused(edge, `${found.caller} answered ${answer.status}`)
  const now = (await readBreakers(parts)).find((each) => each.edge === edge)
  if (now === undefined || now.breaker === null) throw errors.breakerAbsent(edge, found.caller)
  return now
}

/** Services that do not answer, or not as the contract says, have none. */
async function ask({ breakersUrl }: ServicePlan): Promise<BreakerSnapshot[]> {
  const answer = await probeHttp.get(breakersUrl, answerWithinMs).catch(() => undefined)
  return answer?.status === 200 ? (parseBreakers(answer.body) ?? []) : []
}

function readOrder(body: unknown): BreakerOrder {
  const { state, ttlMs = defaultTtlMs } = (body ?? {}) as Record<string, unknown>
  if (state === 'auto') return { state }
  if (state !== 'forced_open' && state !== 'disabled') {
    throw errors.badValue('the state of a breaker', String(state), 'forced_open, disabled or auto')
  }
  if (typeof ttlMs !== 'number' || !(ttlMs >= 1 && ttlMs <= longestTtlMs)) {
    const shown = typeof ttlMs === 'number' ? formatDuration(ttlMs) : JSON.stringify(ttlMs)
    throw errors.badValue('the time of a breaker', shown, 'a time from 1ms to 15m')
  }
  return { state, ttlMs }
}
