// The callee of a contract: a typed function for each of its routes, through the edge's policy.

import type { TSchema } from 'typebox'
import type { Callee, CallRequest, CallResult } from './callee.ts'
import type { AnswerBody, Asked, Contract, Route, Statuses } from './contract.ts'
import type { Answer } from './http-attempt.ts'
import { compileCheck, type SchemaCheck } from './schema-check.ts'

/** An answer with a status that the contract knows. */
export type DeclaredAnswer<R extends Route> = {
  [S in Statuses<R>]: Omit<Answer, 'status'> & {
    status: S
    /** `undefined` when the body is not what the contract says: whatever sent it, it was not the callee. */
    json(): AnswerBody<R, S> | undefined
  }
}[Statuses<R>]

export type Called<R extends Route> =
  | DeclaredAnswer<R>
  | (Omit<Answer, 'kind'> & { kind: 'undeclared' })
  | Exclude<CallResult, Answer>

/** What the route declares must be given, what it does not cannot. Headers go as they are. */
type Arguments<R extends Route> = {
  [P in AskedPart as Need<Asked<R>[P]> extends 'must' ? P : never]: Asked<R>[P]
} & {
  [P in AskedPart as Need<Asked<R>[P]> extends 'may' ? P : never]?: Asked<R>[P]
} & Omit<CallRequest, 'method' | 'path' | 'body'> &
  Keyed<R>

type AskedPart = 'params' | 'query' | 'body'

/** Nothing will do for a part in which all is optional. */
type Need<Part> = [Part] extends [undefined] ? 'cannot' : Record<never, never> extends Part ? 'may' : 'must'

/** An Idempotency-Key that the route demands cannot be forgotten. */
type Keyed<R extends Route> =
  Asked<R>['headers'] extends Record<'idempotency-key', string> ? { idempotencyKey: string } : unknown

export type Client<C extends Contract> = {
  [N in keyof C]: (request: Arguments<C[N]>) => Promise<Called<C[N]>>
}

export function createClient<C extends Contract>(callee: Callee, contract: C): Client<C> {
  const calls = Object.entries(contract).map(([name, route]) => [name, createCall(callee, route)])
  return Object.fromEntries(calls) as Client<C>
}

interface LooseArguments extends Omit<CallRequest, 'method' | 'path'> {
  params?: Record<string, string | number>
  query?: Record<string, unknown>
}

function createCall(callee: Callee, route: Route): (request: LooseArguments) => Promise<Called<Route>> {
  const readers = Object.entries(route.answers).map(([status, schema]) => [status, createReader(schema)])
  const readerOf = new Map(readers as [string, (body: string) => unknown][])
  const pathTo = createPath(route.path)
  return async ({ params = {}, query = {}, ...request }) => {
    const path = pathTo(params, query)
    const result = await callee.call({ ...request, method: route.method, path })
    if (result.kind !== 'answered') return result
    const read = readerOf.get(String(result.status))
    if (read === undefined) return { ...result, kind: 'undeclared' }
    return { ...result, json: () => read(result.body) } as Called<Route>
  }
}

type PathTo = (params: Record<string, string | number>, query?: Record<string, unknown>) => string

/** `/orders/o1?version=2` */
export function createPath(template: string): PathTo {
  // Names stand at the odd places, what is between them at the even ones.
  const parts = template.split(/:(\w+)/)
  return (params, query = {}) => {
    const filled = parts
      .map((part, place) => (place % 2 === 0 ? part : encodeURIComponent(params[part] ?? '')))
      .join('')
    const asked = Object.entries(query).filter(([, value]) => value !== undefined)
    if (asked.length === 0) return filled
    const search = new URLSearchParams(asked.map(([name, value]): [string, string] => [name, String(value)]))
    return `${filled}?${search.toString()}`
  }
}

/** Compiled when first asked for: who only passes an answer on never looks into it. */
function createReader(schema: TSchema): (body: string) => unknown {
  let complaintOf: SchemaCheck | undefined
  return (text) => {
    complaintOf ??= compileCheck(schema)
    const body = parsed(text)
    return complaintOf(body) === undefined ? body : undefined
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}
