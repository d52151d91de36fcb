// The admin side of a service, on a port of its own and on loopback only: health, metrics, breakers.
//
//   GET  /livez /readyz /startupz      200 or 503
//   GET  /metrics                      Prometheus text
//   GET  /breakers                     {"breakers":[…]}
//   GET  /breakers/events              server-sent events
//   POST /breakers/:name               {"state":"forced_open"|"disabled"|"auto","ttlMs":60000}

import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { rejectForeign } from './admin-guard.ts'
import { streamBreakerEvents } from './breaker-events.ts'
import type { Breakers } from './breakers.ts'
import { checkHealth, type Health } from './health.ts'
import type { Metrics } from './metrics.ts'

export interface AdminOptions {
  health: Health
  metrics: Metrics
  breakers: Breakers
}

// Imported, it would load all that it exports, Node's own fetch and WebSocket among it: 4 MB and 50 ms for nothing.
const { createServer } = process.getBuiltinModule('node:http')

const defaultTtlMs = 60_000
const maxTtlMs = 15 * 60_000
const maxBodyBytes = 4096

export function createAdminServer(options: AdminOptions): Server {
  return createServer((request, response) => {
    const rejection = rejectForeign(request)
    if (rejection !== undefined) return sendError(response, rejection.status, rejection.reason)
    const path = (request.url ?? '/').split('?', 1)[0] ?? '/'
    if (request.method === 'GET') return read(options, path, request, response)
    if (request.method === 'POST') {
      // A client that leaves in the middle of its body is no reason for the service to end.
      write(options, path, request, response).catch((error: Error) => response.destroy(error))
      return
    }
    sendError(response, 405, 'GET or POST')
  })
}

function read(
  { health, metrics, breakers }: AdminOptions,
  path: string,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  switch (path) {
    case '/livez':
    case '/readyz':
    case '/startupz': {
      const { status, body } = checkHealth(path, health, degradedEdges(breakers))
      return sendJson(response, status, body)
    }
    case '/metrics':
      response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4' })
      return void response.end(metrics.text(breakers))
    case '/breakers':
      return sendJson(response, 200, { breakers: breakers.all().map((breaker) => breaker.snapshot()) })
    case '/breakers/events':
      return streamBreakerEvents(breakers, request, response)
    default:
      return sendError(response, 404, 'no such admin route')
  }
}

async function write(
  { breakers }: AdminOptions,
  path: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const name = /^\/breakers\/([^/]+)$/.exec(path)?.[1]
  if (name === undefined) return sendError(response, 404, 'no such admin route')
  const breaker = breakers.find(decoded(name))
  if (breaker === undefined) {
    const known = breakers.edges().map((edge) => edge.name)
    return sendError(response, 404, `no such breaker; there are: ${known.join(', ') || 'none'}`)
  }
  const order = parseOrder(await readBody(request))
  if (order === undefined) {
    return sendError(response, 400, `expected {"state":"forced_open|disabled|auto","ttlMs":1..${maxTtlMs}}`)
  }
  if (order.state === 'auto') breaker.auto()
  else breaker.force(order.state, order.ttlMs)
  sendJson(response, 200, breaker.snapshot())
}

/** As it came, when it is not percent-encoding. */
function decoded(name: string): string {
  try {
    return decodeURIComponent(name)
  } catch (error) {
    if (error instanceof URIError) return name
    throw error
  }
}

function parseOrder(text: string): { state: 'forced_open' | 'disabled' | 'auto'; ttlMs: number } | undefined {
  const { state, ttlMs = defaultTtlMs } = parseObject(text)
  if (state !== 'forced_open' && state !== 'disabled' && state !== 'auto') return undefined
  if (typeof ttlMs !== 'number' || !(ttlMs >= 1 && ttlMs <= maxTtlMs)) return undefined
  return { state, ttlMs }
}

function parseObject(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? { ...value } : {}
  } catch (error) {
    if (error instanceof SyntaxError) return {}
    throw error
  }
}

/** Empty when it is too long. */
async function readBody(request: IncomingMessage): Promise<string> {
  let text = ''
  for await (const chunk of request.setEncoding('utf8')) {
    text += chunk
    if (text.length > maxBodyBytes) return ''
  }
  return text
}

function degradedEdges(breakers: Breakers): string[] {
  return breakers
    .all()
    .map((breaker) => breaker.snapshot())
    .filter(({ state }) => state !== 'closed')
    .map(({ name }) => name)
}

function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}

const sendError = (response: ServerResponse, status: number, message: string): void =>
  sendJson(response, status, { error: { code: 'admin-refused', message } })
