// The agent's HTTP server on its unix socket: who may ask, how an answer is written. What is answered
// stands in runtime/agent-routes.ts.

import { once } from 'node:events'
import { chmodSync, rmSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { UserError } from '../errors.ts'

export interface AgentRequest {
  method: string
  /** Path segments: `/faults/f1/heal` → ['faults', 'f1', 'heal']. */
  segments: string[]
  query: URLSearchParams
  body: unknown
}

export type AgentReply =
  | { kind: 'json'; status: number; body: unknown }
  | { kind: 'stream'; contentType: string; run: (sink: Sink) => Promise<void> }

/** Where a stream goes; `closed` aborts when the reader hangs up or the server ends. */
export interface Sink {
  write(text: string): void
  /** Bytes that the reader has not taken yet. */
  waiting(): number
  closed: AbortSignal
}

export type Handler = (request: AgentRequest) => Promise<AgentReply>

const maximumBody = 64 * 1024

/** Listens until disposed; the caller holds the system's lock, so an old socket is a leftover. */
export async function serveAgent(path: string, handler: Handler): Promise<AsyncDisposable> {
  rmSync(path, { force: true })
  const closing = new AbortController()
  const server = createServer((request, response) => {
    answer({ request, response, handler, closing: closing.signal }).catch((error: unknown) => {
      if (response.headersSent) response.destroy()
      else sendJson(response, statusOf(error), { error: publicPart(error) })
    })
  })
  server.listen(path)
  await once(server, 'listening')
  chmodSync(path, 0o600)
  return {
    async [Symbol.asyncDispose]() {
      // Streams end by themselves, with what they still have to say; a reader that does not read is cut.
      closing.abort()
      const closed = once(server, 'close')
      server.close()
      const cut = setTimeout(() => server.closeAllConnections(), 500)
      await closed
      clearTimeout(cut)
      rmSync(path, { force: true })
    },
  }
}

async function answer({
  request,
  response,
  handler,
  closing,
}: {
  request: IncomingMessage
  response: ServerResponse
  handler: Handler
  closing: AbortSignal
}): Promise<void> {
  const refusal = refuse(request)
  if (refusal !== undefined) return sendJson(response, refusal.status, { error: refusal.error })
  const url = new URL(request.url ?? '/', 'http://msvc')
  const reply = await handler({
    method: request.method ?? 'GET',
    segments: url.pathname.split('/').filter(Boolean).map(decodeURIComponent),
    query: url.searchParams,
    body: await readJson(request),
  })
  if (reply.kind === 'json') return sendJson(response, reply.status, reply.body)
  response.writeHead(200, { 'content-type': reply.contentType, 'cache-control': 'no-store' })
  response.flushHeaders()
  const closed = new AbortController()
  response.on('close', () => closed.abort())
  if (response.destroyed) closed.abort() // hung up while it was being answered
  await reply.run({
    write: (text) => void response.write(text),
    waiting: () => response.writableLength,
    closed: AbortSignal.any([closed.signal, closing]),
  })
  response.end()
}

// A page in a browser may reach a loopback server in many ways; none of them is a user of ours.
function refuse({ headers, method }: IncomingMessage) {
  const refused = (status: number, message: string) => ({
    status,
    error: { code: 'refused', message, next: 'Use the msvc commands.' },
  })
  if (headers.origin !== undefined || /^Mozilla\//i.test(headers['user-agent'] ?? '')) {
    return refused(403, 'The agent does not talk to browsers.')
  }
  if (headers.host !== 'msvc' && headers.host !== 'localhost') {
    return refused(403, `The agent is not ${headers.host ?? 'nobody'}.`)
  }
  const hasBody = headers['content-length'] !== undefined && headers['content-length'] !== '0'
  if (method === 'POST' && hasBody && !headers['content-type']?.startsWith('application/json')) {
    return refused(415, 'The agent takes JSON only.')
  }
  return undefined
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  let text = ''
  for await (const chunk of request.setEncoding('utf8')) {
    text += chunk
    if (text.length > maximumBody) throw new Error('the request is too long')
  }
  return text === '' ? undefined : JSON.parse(text)
}

function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response
    .writeHead(status, { 'content-type': 'application/json', connection: 'close' })
    .end(`${JSON.stringify(body)}\n`)
}

const statuses: Record<string, number> = { 'unknown-service': 404, 'unknown-fault': 404, 'bad-value': 400 }

const statusOf = (error: unknown): number =>
  error instanceof UserError ? (statuses[error.code] ?? 409) : error instanceof SyntaxError ? 400 : 500

const publicPart = (error: unknown) =>
  error instanceof UserError
    ? {
        code: error.code,
        message: error.message,
        next: error.next,
        exitCode: error.exitCode,
        data: error.data,
      }
    : { code: 'bug', message: String(error instanceof Error ? (error.stack ?? error) : error), next: '' }
