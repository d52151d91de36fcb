// Turns what became of a call to order into an answer for the client.

import { askedToWaitMs, degradedHeader, sendError } from '@system/platform'
import type { Route } from '@system/platform/contract'
import type { Called } from '@system/platform/contract-client'
import type { FastifyReply } from 'fastify'

/** Order's own answer as it is; 503 with Retry-After when order cannot be asked; 504 when it is silent. */
export function forward(result: Called<Route>, reply: FastifyReply): FastifyReply {
  switch (result.kind) {
    case 'answered':
    case 'undeclared': {
      const waitMs = askedToWaitMs(result.headers)
      // What broke inside is our business: the client can only try again.
      if (result.status >= 500) return unavailable(reply, waitMs)
      if (waitMs !== undefined) reply.header('retry-after', Math.ceil(waitMs / 1000))
      if (result.headers[degradedHeader] !== undefined) reply.header(degradedHeader, 'stale')
      return reply.code(result.status).type('application/json').send(result.body)
    }
    case 'refused':
      return unavailable(reply, result.retryAfterMs)
    case 'failed':
      if (!result.sent || result.reason === 'network') return unavailable(reply)
      return sendError(reply, 504, 'no-answer', 'No answer in time. Repeat it with the same Idempotency-Key.')
  }
}

const unavailable = (reply: FastifyReply, waitMs = 1000): FastifyReply =>
  sendError(
    reply.header('retry-after', Math.max(1, Math.ceil(waitMs / 1000))),
    503,
    'unavailable',
    'Orders cannot be reached right now.',
  )
