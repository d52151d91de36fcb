// The HTTP server of the proxy's API: who may ask, how much, how an answer is written. What is answered
// stands in proxy/api.ts.

import { once } from 'node:events'
import { chmodSync, rmSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { HostPort } from '../ports.ts'

const maximumBody = 1024 * 1024
const requestTimeoutMs = 15_000

/** A TCP address, or the path of a unix socket that only its owner can open. */
export type ApiPlace = { kind: 'tcp'; address: HostPort } | { kind: 'unix'; path: string }

export interface ProxyApiRequest {
  method: string
  /** Without the query, still escaped. */
  path: string
  userAgent: string
  ttlMs: string | undefined
  body: string
}

export interface ProxyApiReply {
  status: number
  contentType?: string
  headers: Record<string, string>
  body: string
}

export interface ProxyApiServerOptions {
  place: ApiPlace
  /** Any Host is ours: the server was meant to be reached from elsewhere. */
  anyHost: boolean
  handle: (request: ProxyApiRequest) => Promise<ProxyApiReply>
}

export interface ProxyApiServer extends AsyncDisposable {
  /** Undefined for a unix socket. */
  address: HostPort | undefined
}

/** Rejects with a system error when it cannot listen there. */
export async function serveProxyApi(options: ProxyApiServerOptions): Promise<ProxyApiServer> {
  const { place } = options
  const server = createServer({ requestTimeout: requestTimeoutMs }, (request, response) => {
    answer(request, response, options).catch((error: unknown) => {
      // A client that hung up in the middle hears nothing; anything else is a bug and must be seen.
      if (request.errored || response.headersSent) return response.destroy()
      process.stderr.write(
        `proxy: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
      )
      write(response, text(500, 'This is a bug of msvc.\n'))
    })
  })
  if (place.kind === 'unix') rmSync(place.path, { force: true })
  server.listen(place.kind === 'unix' ? { path: place.path } : { ...place.address })
  await once(server, 'listening')
  if (place.kind === 'unix') chmodSync(place.path, 0o600)
  const bound = server.address() as AddressInfo | string
  return {
    address: typeof bound === 'string' ? undefined : { host: bound.address, port: bound.port },
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  { anyHost, handle, place }: ProxyApiServerOptions,
): Promise<void> {
  const { origin, host = '', 'user-agent': userAgent = '', 'x-msvc-ttl-ms': ttlMs } = request.headers
  // A page in a browser can reach loopback servers, and can make a foreign name lead to them.
  if (origin !== undefined) return write(response, text(403, 'Browsers are not allowed\n'))
  if (!anyHost && place.kind === 'tcp' && !isOurName(host)) {
    return write(response, text(403, 'Host not allowed\n'))
  }
  const body = await readBody(request)
  if (body === undefined) return write(response, text(413, 'The body is too long\n'))
  const path = (request.url ?? '/').replace(/[?#].*$/s, '')
  const method = request.method ?? 'GET'
  const reply = await handle({ method, path, userAgent, ttlMs: asText(ttlMs), body })
  write(response, reply)
}

const isOurName = (host: string): boolean => /^(localhost|127(\.\d{1,3}){3}|\[::1\])?(:\d+)?$/i.test(host)

const asText = (header: string | string[] | undefined): string | undefined =>
  Array.isArray(header) ? header.join(',') : header

/** Undefined when it is too long; the rest is not kept. */
async function readBody(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length
    if (length <= maximumBody) chunks.push(chunk)
  }
  return length > maximumBody ? undefined : Buffer.concat(chunks).toString('utf8')
}

function write(response: ServerResponse, { status, contentType, headers, body }: ProxyApiReply): void {
  response.writeHead(status, {
    ...(contentType !== undefined && { 'content-type': contentType }),
    ...headers,
    ...(status !== 204 && { 'content-length': Buffer.byteLength(body) }),
  })
  response.end(body)
}

const text = (status: number, body: string): ProxyApiReply => ({
  status,
  contentType: 'text/plain; charset=utf-8',
  headers: { 'x-content-type-options': 'nosniff' },
  body,
})
