// Who gets in: with a valid token, for what the token allows, and not too often.
//
//   no or a bad token ─▶ 401      not allowed ─▶ 403      too often ─▶ 429 with Retry-After

import { sendError, type Clock } from '@system/platform'
import { securityHeaders } from '@system/platform/security-headers'
import type { FastifyReply, FastifyRequest, onRequestHookHandler } from 'fastify'
import type { RateLimit } from './rate-limit.ts'
import type { Caller, Verifier } from './verify-token.ts'

/** Has to be declared on the app. */
export const callerKey = 'caller'

/** Who was let in. */
export const callerOf = (request: FastifyRequest): Caller => request.getDecorator<Caller>(callerKey)

export interface AdmissionOptions {
  verifier: Verifier
  /** Undefined for none. */
  limit: RateLimit | undefined
  clock: Clock
}

export type Admission = (scope: string) => onRequestHookHandler

export function createAdmission({ verifier, limit, clock }: AdmissionOptions): Admission {
  return (scope) => (request, reply, done) => {
    const token = /^Bearer (\S+)$/i.exec(request.headers.authorization ?? '')?.[1]
    const known = token === undefined ? undefined : verifier.recall(token)
    if (known !== undefined) return admit(known, scope, reply, done)
    // Before the costly part, and by address, since a token that is not checked yet says nothing.
    if (isTooOften(`address ${request.ip}`, reply)) return
    if (token === undefined) return turnAway(reply, 'Bearer')
    verifier.verify(token).then(
      (caller) => (caller === undefined ? turnAway(reply) : admit(caller, scope, reply, done)),
      (error: Error) => done(error),
    )
  }

  function admit(caller: Caller, scope: string, reply: FastifyReply, done: () => void): void {
    if (isTooOften(`subject ${caller.subject}`, reply)) return
    if (caller.scopes.has(scope)) {
      reply.request.setDecorator(callerKey, caller)
      return done()
    }
    reply.header('www-authenticate', `Bearer error="insufficient_scope", scope="${scope}"`)
    sendError(reply, 403, 'forbidden', `The token does not allow ${scope}.`)
  }

  /** And says so. */
  function isTooOften(client: string, reply: FastifyReply): boolean {
    const waitMs = limit?.take(client, clock.monotonicMs()) ?? 0
    if (waitMs === 0) return false
    reply.header('retry-after', Math.ceil(waitMs / 1000))
    sendError(reply, 429, 'too-many-requests', 'Too many requests; wait a moment.')
    return true
  }
}

/** Who has brought no token hears of no error of it (RFC 6750, 3.1). */
const turnAway = (reply: FastifyReply, challenge = 'Bearer error="invalid_token"'): void => {
  reply.header('www-authenticate', challenge)
  sendError(reply, 401, 'unauthorized', 'A valid bearer token is needed.')
}

export const setSecurityHeaders: onRequestHookHandler = (_request: FastifyRequest, reply, done) => {
  reply.headers(securityHeaders)
  done()
}
