// POST /orders                  Authorization: Bearer, Idempotency-Key → order's answer
// GET  /orders/:id              ?version=, ?at=; Authorization: Bearer → order's answer, 404 for the order of
//                               another subject; while order is away, the last one of at most a minute ago that this subject
//                               got, with `x-degraded: stale`
// GET  /openapi.json            what it offers
// POST /token                   ?subject=, else developer → {token}: for development only, see DEV_TOKENS
// GET  /.well-known/jwks.json   the public keys of those tokens

import { createStaleAnswers, type App, type Callee, type Clock } from '@system/platform'
import { createClient } from '@system/platform/contract-client'
import { sent, serveOpenApi, serveRoutes } from '@system/platform/contract-server'
import { orderContract } from '@system/platform/contracts/order'
import { callerKey, callerOf, setSecurityHeaders, type Admission } from './admission.ts'
import { forward } from './forward.ts'
import { everyScope, gatewayContract, tokenContract } from './gateway-contract.ts'
import type { Issuer } from './signing-keys.ts'

const wholeContract = { ...gatewayContract, ...tokenContract }

export interface RouteOptions {
  order: Callee
  clock: Clock
  admission: Admission
  /** Issues tokens to anybody; undefined outside of development. */
  issuer: Issuer | undefined
}

export function addRoutes(app: App, { order: callee, clock, admission, issuer }: RouteOptions): void {
  app.addHook('onRequest', setSecurityHeaders)
  app.decorateRequest(callerKey, null)
  const order = createClient(callee, orderContract)
  const serve = serveRoutes(app, gatewayContract)
  const stale = createStaleAnswers({ clock })

  serve.placeOrder(
    async ({ body, headers }, { request, reply }) => {
      // The order is the subject's own, and so is the key: two clients may choose the same.
      const { encodedSubject } = callerOf(request)
      const idempotencyKey = headers['idempotency-key']
      const result = await order.placeOrder({
        body,
        idempotencyKey,
        headers: { 'x-subject': encodedSubject },
      })
      forward(result, reply)
      return sent
    },
    { onRequest: [admission(gatewayContract.placeOrder.scope)] },
  )

  serve.readOrder(
    async ({ params, query }, { request, reply }) => {
      const { encodedSubject } = callerOf(request)
      // What one subject was answered is no answer to another. Only the last part may hold a space.
      const question = `${encodedSubject} ${params.id} ${query.version ?? ''} ${query.at ?? ''}`
      const result = await order.readOrder({
        params,
        query,
        headers: { 'x-subject': encodedSubject },
        fallback: () => stale.recall(question),
      })
      if (result.kind === 'answered') stale.keep(question, result)
      forward(result, reply)
      return sent
    },
    { onRequest: [admission(gatewayContract.readOrder.scope)] },
  )

  serveOpenApi(app, issuer === undefined ? gatewayContract : wholeContract, 'gateway')
  if (issuer === undefined) return
  const serveTokens = serveRoutes(app, tokenContract)
  serveTokens.issueToken(async ({ query: { subject } }) => ({
    status: 200,
    body: { token: await issuer.issue(subject, everyScope) },
  }))
  serveTokens.readKeys(() => ({ status: 200, body: issuer.published() }))
}
