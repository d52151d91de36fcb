// Answers to what never becomes a request: bytes that are no HTTP, headers by the pound, a path that is
// none. No hook runs for it; it gets the one shape of errors all the same.

import { STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'

export const errorBody = (code: string, message: string) => ({ error: { code, message } })

/** What the router cannot make out. */
export function refusePath(
  { statusCode = 400, message }: FastifyError,
  _: FastifyRequest,
  reply: FastifyReply,
): void {
  reply.raw.statusCode = statusCode
  reply.raw.setHeader('content-type', 'application/json')
  reply.raw.end(JSON.stringify(errorBody('bad-request', message)))
}

/** What the parser cannot make out; the connection is of no more use. */
export function refuseBytes(error: Error & { code?: string }, socket: Socket): void {
  if (error.code !== 'ECONNRESET' && socket.writable) {
    const { status, code, message } = refusals[error.code ?? ''] ?? noHttp
    const body = JSON.stringify(errorBody(code, message))
    const headers = `content-type: application/json\r\ncontent-length: ${body.length}\r\nconnection: close`
    socket.write(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${headers}\r\n\r\n${body}`)
  }
  socket.destroy()
}

const noHttp = { status: 400, code: 'bad-request', message: 'This is not HTTP as we know it.' }

const refusals: Record<string, typeof noHttp> = {
  ERR_HTTP_REQUEST_TIMEOUT: { status: 408, code: 'too-slow', message: 'The request did not come in time.' },
  HPE_HEADER_OVERFLOW: { status: 431, code: 'too-large', message: 'The headers are too large.' },
}
