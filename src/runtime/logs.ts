// `msvc logs`: from the agent while it runs, else from the files that it left.

import { basename } from 'node:path'
import { readLogs } from '../adapters/agent-logs.ts'
import { systemClock } from '../adapters/clock.ts'
import { diskFiles } from '../adapters/files.ts'
import { errors } from '../errors.ts'
import type { LogLine } from '../system/agent-api.ts'
import { belongsTo } from '../system/line-trace.ts'
import { loadSystem } from '../system/load-system.ts'
import { suggest } from '../system/suggest.ts'
import { findAgent, type LogQuery } from './agent-client.ts'

export { openOutput } from '../adapters/output-lines.ts'

export interface LogWish {
  services: string[]
  tail: number
  /** How far back, in milliseconds. */
  sinceMs?: number
  /** Only lines of this trace, of all that is kept: its id, or the beginning of it. */
  traceId?: string
  follow: boolean
  signal?: AbortSignal
}

export interface Lines extends AsyncIterable<LogLine> {
  /** Whose lines they are. */
  services: string[]
}

export async function logLines(root: string, { traceId, ...wish }: LogWish): Promise<Lines> {
  if (traceId === undefined) return allLines(root, wish)
  const isWanted = belongsTo(traceId)
  const lines = await allLines(root, { ...wish, tail: Number.MAX_SAFE_INTEGER })
  return Object.assign(
    only(lines, ({ line }) => isWanted(line)),
    { services: lines.services },
  )
}

async function allLines(root: string, wish: Omit<LogWish, 'traceId'>): Promise<Lines> {
  const since = wish.sinceMs === undefined ? 0 : systemClock.now() - wish.sinceMs
  const query: LogQuery = { ...wish, since }
  const agent = await findAgent(root)
  if (agent !== undefined) {
    const { services } = await agent.status()
    return Object.assign(agent.logs(query), { services: services.map(({ name }) => name) })
  }
  const known = (await loadSystem(root, diskFiles)).services.map(({ name }) => name)
  for (const name of wish.services) {
    if (!known.includes(name)) throw errors.unknownService(name, known, suggest(name, known))
  }
  if (wish.follow) throw errors.agentNotRunning(basename(root))
  const services = wish.services.length > 0 ? wish.services : known
  const kept = services.flatMap((service) => readLogs(root, service, wish.tail))
  const lines = kept.filter(({ at }) => at >= since).toSorted((one, other) => one.at - other.at)
  return Object.assign(each(lines), { services: known })
}

async function* each<T>(items: T[]): AsyncGenerator<T, void, undefined> {
  yield* items
}

async function* only<T>(items: AsyncIterable<T>, isWanted: (item: T) => boolean) {
  for await (const item of items) if (isWanted(item)) yield item
}
