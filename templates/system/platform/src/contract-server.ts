// A route of a contract as a route of Fastify: who asks otherwise than declared gets 400, and a handler
// that answers otherwise than declared does not compile.

import type { FastifyReply, FastifyRequest, onRequestHookHandler } from 'fastify'
import type { TObject } from 'typebox'
import { sendError, type App } from './app.ts'
import type { AnswerBody, Asked, Contract, Route, Statuses } from './contract.ts'
import { openApi } from './openapi.ts'
import { boundedTexts, compileCheck } from './schema-check.ts'
import { errorBody } from './unreadable.ts'

export type Reply<R extends Route> = {
  [S in Statuses<R>]: { status: S; body: AnswerBody<R, S> }
}[Statuses<R>]

/** Whoever passes on an answer that it did not make sends it with `reply`, and returns `sent`. */
export type Handler<R extends Route> = (
  asked: Asked<R>,
  native: { request: FastifyRequest; reply: FastifyReply },
) => Reply<R> | Sent | Promise<Reply<R> | Sent>

export type Sent = 'sent'
/** Said with its type, which would else widen to any text. */
export const sent: Sent = 'sent'

/** An answer in the shape of every error. */
export const refusal = <S extends number>(status: S, code: string, message: string) => ({
  status,
  body: errorBody(code, message),
})

export interface ServeOptions {
  /** Before the body is read: who may ask at all. */
  onRequest?: onRequestHookHandler[]
}

/** A function for each route of the contract, which serves it: the mirror image of its client. */
export type Serve<C extends Contract> = {
  [N in keyof C]: (handler: Handler<C[N]>, options?: ServeOptions) => void
}

/** Serves `GET /openapi.json` too: the contract for those who do not share it. */
export function serveContract<C extends Contract>(app: App, contract: C, title: string): Serve<C> {
  serveOpenApi(app, contract, title)
  return serveRoutes(app, contract)
}

export function serveOpenApi(app: App, contract: Contract, title: string): void {
  const document = openApi(contract, title)
  app.get('/openapi.json', () => document)
}

/** For a contract that is served in parts; `serveOpenApi` tells the whole. */
export function serveRoutes<C extends Contract>(app: App, contract: C): Serve<C> {
  const serve = Object.entries(contract).map(([name, route]) => [
    name,
    (handler: Handler<Route>, options?: ServeOptions) => serveRoute(app, route, handler, options),
  ])
  return Object.fromEntries(serve) as Serve<C>
}

function serveRoute(
  app: App,
  route: Route,
  handler: Handler<Route>,
  { onRequest = [] }: ServeOptions = {},
): void {
  const { method, path: url, params, query: querystring, headers } = route
  // Not by Fastify's validator, which would take "1" for 1: right in a URL, wrong in JSON.
  const complaintOf = route.body === undefined ? undefined : compileCheck(route.body)
  app.route({
    method,
    url,
    schema: textSchemas({ params, querystring, headers }),
    onRequest,
    async handler(request: FastifyRequest, reply: FastifyReply) {
      const complaint = complaintOf?.(request.body)
      if (complaint !== undefined) return sendError(reply, 400, 'invalid', `body${complaint}`)
      // Checked right before; Fastify's own types cannot follow a route that is a variable.
      const { params, query, headers, body } = request
      const answer = await handler({ params, query, headers, body } as Asked<Route>, { request, reply })
      return answer === sent ? reply : reply.code(answer.status).send(answer.body)
    },
  })
}

const textSchemas = (schemas: Record<string, TObject | undefined>): Record<string, TObject> =>
  Object.fromEntries(
    Object.entries(schemas).flatMap(([part, schema]) => (schema ? [[part, boundedTexts(schema)]] : [])),
  )
