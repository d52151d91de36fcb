// Turns what became of a call to order into an answer for the client.

import { degradedHeader, sendError, type CallResult } from '@system/platform'
import type { FastifyReply } from 'fastify'

/** Order's own answer as it is; 503 with Retry-After when order cannot be asked; 504 when it is silent. */
export function forward(result: CallResult, reply: FastifyReply): FastifyReply {
  switch (result.kind) {
    case 'answered':
      // What broke inside is our business: the client can only try again.
      if (result.status >= 500) return unavailable(reply, Number(result.headers['retry-after'] ?? 1) || 1)
      if (result.headers[degradedHeader] !== undefined) reply.header(degradedHeader, 'stale')
      return reply.code(result.status).type('application/json').send(result.body)
    case 'refused':
      return unavailable(reply, Math.ceil(result.retryAfterMs / 1000))
    case 'failed':
      if (!result.sent || result.reason === 'network') return unavailable(reply, 1)
      return sendError(reply, 504, 'no-answer', 'No answer in time. Repeat it with the same Idempotency-Key.')
  }
}

const unavailable = (reply: FastifyReply, retryAfterS: number): FastifyReply =>
  sendError(
    reply.header('retry-after', retryAfterS),
    503,
    'unavailable',
    'Orders cannot be reached right now.',
  )
