// What a span says about the HTTP request it stands for, in the names of OpenTelemetry's stable
// conventions: https://opentelemetry.io/docs/specs/semconv/http/http-spans/
//
// No query strings and no bodies: they hold what belongs to customers.

import type { FastifyReply, FastifyRequest } from 'fastify'
import type { SpanAttributes, SpanDescription } from './telemetry.ts'

export function describeServed(request: FastifyRequest): SpanDescription {
  const { method, hostname, port } = request
  const route = request.routeOptions.url
  const attributes: SpanAttributes = {
    'http.request.method': method,
    'url.scheme': request.protocol,
    'url.path': pathOf(request.url),
    'network.protocol.version': request.raw.httpVersion,
    'client.address': request.ip,
  }
  if (route !== undefined) attributes['http.route'] = route
  if (hostname !== '') attributes['server.address'] = hostname
  if (port !== null && !Number.isNaN(port)) attributes['server.port'] = port
  return { name: route === undefined ? method : `${method} ${route}`, attributes }
}

/** Of an answer; for who asked, a 4xx is an error too, for who answers it is not. */
export function resultOf(status: number, isErrorFrom: 400 | 500): SpanAttributes {
  const attributes: SpanAttributes = { 'http.response.status_code': status }
  if (status >= isErrorFrom) attributes['error.type'] = String(status)
  return attributes
}

export const servedResult = (reply: FastifyReply): SpanAttributes => resultOf(reply.statusCode, 500)

export interface Sent {
  method: string
  path: string
  /** The callee's name in the system. */
  callee: string
  url: URL
  /** How often this call was tried before. */
  resends: number
}

export function describeSent({ method, path, callee, url, resends }: Sent): SpanDescription {
  const attributes: SpanAttributes = {
    'http.request.method': method,
    'url.full': url.origin + pathOf(path),
    'server.address': url.hostname,
    'server.port': Number(url.port) || (url.protocol === 'https:' ? 443 : 80),
    'peer.service': callee,
  }
  if (resends > 0) attributes['http.request.resend_count'] = resends
  return { name: `${method} ${callee}`, attributes }
}

const pathOf = (target: string): string => target.split('?', 1)[0] ?? target
