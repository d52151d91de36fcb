// The dead letters of a running service, over HTTP: `GET /dead-letters`, `POST /dead-letters/replay {ids?}`.

import { postJson, readRecords } from '../adapters/service-records.ts'
import type { DeadLetter } from '../cli/views/dead-letters.ts'
import { errors } from '../errors.ts'
import { suggest } from '../system/suggest.ts'
import { connectAgent } from './agent-client.ts'

export interface DeadLetters {
  version: 1
  service: string
  deadLetters: DeadLetter[]
}

export interface Replayed {
  version: 1
  service: string
  replayed: number
}

/** @throws UserError agent-not-running, unknown-service, no-dead-letters */
export async function listDeadLetters(root: string, service: string): Promise<DeadLetters> {
  const url = await urlOf(root, service)
  const { records } = await readRecords<DeadLetter>(`${url}/dead-letters`, 'deadLetters').catch(
    (error: unknown) => {
      throw errors.noDeadLetters(service, error)
    },
  )
  return { version: 1, service, deadLetters: records }
}

/** All of them when no ids are given. */
export async function replayDeadLetters(
  root: string,
  service: string,
  ids: string[] | undefined,
): Promise<Replayed> {
  const url = await urlOf(root, service)
  const answer = await postJson(`${url}/dead-letters/replay`, ids === undefined ? {} : { ids }).catch(
    (error: unknown) => {
      throw errors.noDeadLetters(service, error)
    },
  )
  return { version: 1, service, replayed: Number(answer['replayed']) }
}

async function urlOf(root: string, service: string): Promise<string> {
  const { services } = await (await connectAgent(root)).status()
  const names = services.map(({ name }) => name)
  const found = services.find(({ name }) => name === service)
  if (found === undefined) throw errors.unknownService(service, names, suggest(service, names))
  return found.url
}
