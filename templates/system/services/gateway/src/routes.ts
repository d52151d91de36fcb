// POST /token        {token}: for development only, see DEV_TOKENS
// POST /orders       Authorization: Bearer, Idempotency-Key → order's answer
// GET  /orders/:id   Authorization: Bearer → order's answer; while order is away, the last one of
//                    at most a minute ago, with `x-degraded: stale`

import { createStaleAnswers, sendError, type App, type Callee, type Clock } from '@system/platform'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import { forward } from './forward.ts'
import { signToken, verifyToken } from './token.ts'

export interface RouteOptions {
  order: Callee
  clock: Clock
  secret: string
  issuesTokens: boolean
}

const tokenLifetimeMs = 24 * 60 * 60 * 1000

const oneOrder = { params: Type.Object({ id: Type.String({ pattern: '^[A-Za-z0-9-]{1,100}$' }) }) }

export function addRoutes(app: App, { order, clock, secret, issuesTokens }: RouteOptions): void {
  const onRequest = requireToken(clock, secret)
  // By path alone, because every token may read every order. Once that changes, who asks belongs into the key.
  const stale = createStaleAnswers({ clock })

  if (issuesTokens) {
    app.post('/token', () => ({
      token: signToken({ subject: 'developer', expiresAt: clock.epochMs() + tokenLifetimeMs }, secret),
    }))
  }

  // The body goes on as it came: what an order must look like is order's to say, in one place.
  app.register(async (raw) => {
    raw.removeAllContentTypeParsers()
    raw.addContentTypeParser('application/json', { parseAs: 'string' }, (_request, body, done) =>
      done(null, body),
    )
    raw.post('/orders', { onRequest }, async (request, reply) => {
      const idempotencyKey = keyOf(request)
      const result = await order.call({
        method: 'POST',
        path: '/orders',
        body: request.body ?? '',
        idempotencyKey,
      })
      return forward(result, reply)
    })
  })

  app.get('/orders/:id', { schema: oneOrder, onRequest }, async (request, reply) => {
    const path = `/orders/${request.params.id}`
    const result = await order.call({ method: 'GET', path, fallback: () => stale.recall(path) })
    if (result.kind === 'answered') stale.keep(path, result)
    return forward(result, reply)
  })
}

function requireToken(clock: Clock, secret: string) {
  return (request: FastifyRequest, reply: FastifyReply, done: () => void): void => {
    const token = /^Bearer (\S+)$/i.exec(request.headers.authorization ?? '')?.[1]
    if (token !== undefined && verifyToken(token, secret, clock.epochMs()) !== undefined) return done()
    sendError(
      reply.header('www-authenticate', 'Bearer'),
      401,
      'unauthorized',
      'A valid bearer token is needed.',
    )
  }
}

function keyOf(request: FastifyRequest): string | undefined {
  const key = request.headers['idempotency-key']
  return typeof key === 'string' ? key : undefined
}
