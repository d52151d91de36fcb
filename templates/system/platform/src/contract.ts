// What a service offers, as data that both sides share: one table of routes for each service, in contracts/.
//
//   contracts/order.ts ──┬─▶ serveContract (contract-server.ts) the routes of order, checked as declared
//                        ├─▶ createClient (contract-client.ts)  what others call, typed
//                        └─▶ openApi (openapi.ts)               /openapi.json, for everybody else
//
// There is no code generation in between, so a change that breaks a caller is a compile error there.

import type { Static, TObject, TSchema } from 'typebox'
import { Type } from './schema.ts'

export interface Route {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** `/orders/:id` */
  path: string
  summary: string
  params?: TObject
  query?: TObject
  headers?: TObject
  /** JSON; what is not as declared is answered 400. Numbers in quotes are no numbers. */
  body?: TSchema
  /** By status. Others (503, for instance) can always come; callers get them as `undeclared`. */
  answers: Record<number, TSchema>
  /** What a token must allow, where the gateway serves it. */
  scope?: string
}

export type Contract = Record<string, Route>

/**
 * Keeps the literal types, which is what makes the rest typed. A path and its params that name different
 * things do not compile.
 */
export const contract = <const C extends Contract>(routes: C & { [N in keyof C]: NamedAsInPath<C[N]> }): C =>
  routes

type NamedAsInPath<R extends Route> = [NamesIn<R['path']>, ParamsOf<R>] extends [
  ParamsOf<R>,
  NamesIn<R['path']>,
]
  ? unknown
  : { params: TObject<Record<NamesIn<R['path']>, TSchema>> }

type ParamsOf<R extends Route> = R['params'] extends TObject<infer Properties> ? keyof Properties : never

/** `/orders/:id/lines/:line` → `id` | `line` */
type NamesIn<Path extends string> = Path extends `${string}:${infer Rest}`
  ? Rest extends `${infer Name}/${infer More}`
    ? Name | NamesIn<More>
    : Rest
  : never

/** How every error is answered; see `sendError`. */
export const ErrorBody = Type.Object({
  error: Type.Object({ code: Type.String(), message: Type.String() }),
})

/** How a list is read: a page of at most `limit`, from behind the position `after`. */
export const PageQuery = Type.Object({
  after: Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER, default: 0 }),
  limit: Type.Integer({ minimum: 1, maximum: 1000, default: 100 }),
})

type Part<S> = S extends TSchema ? Static<S> : undefined

/** A request as its route declares it. */
export interface Asked<R extends Route> {
  params: Part<R['params']>
  query: Part<R['query']>
  headers: Part<R['headers']>
  body: Part<R['body']>
}

export type Statuses<R extends Route> = keyof R['answers'] & number
export type AnswerBody<R extends Route, S extends Statuses<R>> = Static<R['answers'][S] & TSchema>
