// Answers to what never becomes a request: bytes that are no HTTP, headers by the pound, a path that is
// none. No hook of a service runs for it; it gets the one shape of errors and the headers of a stranger's
// answer all the same.

import { STATUS_CODES, type IncomingMessage, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import { securityHeaders } from './security-headers.ts'

export const errorBody = (code: string, message: string) => ({ error: { code, message } })

const refusalHeaders = { 'content-type': 'application/json', ...securityHeaders }

/** What the router cannot make out. */
export function refusePath(
  { statusCode = 400, message }: FastifyError,
  _: FastifyRequest,
  reply: FastifyReply,
): void {
  refuse(reply.raw, statusCode, message)
}

/** HTTP/1.1 demands one (RFC 9112, 3.2); Node would refuse it without a word. */
export const lacksHost = ({ headers: { host }, httpVersion }: IncomingMessage): boolean =>
  host === undefined && httpVersion === '1.1'

export const refuseHostless = (reply: FastifyReply): FastifyReply =>
  reply.code(400).headers(refusalHeaders).send(errorBody('bad-request', 'The header host is missing.'))

/** `expect` with anything but `100-continue`. */
export function refuseExpectation(_: IncomingMessage, response: ServerResponse): void {
  refuse(response.setHeader('connection', 'close'), 417, 'Nothing but 100-continue can be expected here.')
}

function refuse(response: ServerResponse, status: number, message: string): void {
  const body = JSON.stringify(errorBody('bad-request', message))
  response.writeHead(status, { ...refusalHeaders, 'content-length': Buffer.byteLength(body) }).end(body)
}

/** What the parser cannot make out; the connection is of no more use. */
export function refuseBytes(error: Error & { code?: string }, socket: Socket): void {
  if (error.code !== 'ECONNRESET') writeRefusal(socket, refusals[error.code ?? ''] ?? noHttp)
  socket.destroy()
}

/** `CONNECT`. */
export function refuseTunnel(_: IncomingMessage, socket: Duplex): void {
  writeRefusal(socket, { ...noHttp, message: 'This is no proxy.' })
  socket.destroy()
}

function writeRefusal(socket: Duplex, { status, code, message }: typeof noHttp): void {
  if (!socket.writable) return
  const body = JSON.stringify(errorBody(code, message))
  const all = { ...refusalHeaders, 'content-length': body.length, connection: 'close' }
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}`)
  socket.write([`HTTP/1.1 ${status} ${STATUS_CODES[status]}`, ...lines, '', body].join('\r\n'))
}

const noHttp = { status: 400, code: 'bad-request', message: 'This is not HTTP as we know it.' }

const refusals: Record<string, typeof noHttp> = {
  ERR_HTTP_REQUEST_TIMEOUT: { status: 408, code: 'too-slow', message: 'The request did not come in time.' },
  HPE_HEADER_OVERFLOW: { status: 431, code: 'too-large', message: 'The headers are too large.' },
}
