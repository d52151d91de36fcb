// Requests to the agent on its unix socket.
//
// getBuiltinModule instead of an import: importing node:http costs 45 ms of CPU, this 4, and `status`
// should feel instant.

import type * as Http from 'node:http'
import { UserError, type ExitCode } from '../errors.ts'

/** Nobody listens on the socket, or whoever did was gone before it had answered. */
export class AgentAbsent extends Error {}

/** Somebody listens and does not answer in time. */
export class AgentSilent extends Error {}

const quickMs = 5000

interface Question {
  method?: 'GET' | 'POST' | 'DELETE'
  path: string
  body?: unknown
  signal?: AbortSignal
  /** How long the answer may take; a stream may be silent for as long as it likes. */
  withinMs?: number
}

export interface AgentHttp {
  /** The body of a 2xx answer; a UserError for what the agent refuses; AgentAbsent. */
  ask<T>(question: Question): Promise<T>
  /** The lines of a stream, until it ends or the signal aborts. */
  lines(question: Question): AsyncGenerator<string, void, undefined>
}

export const agentHttp = (socketPath: string): AgentHttp => ({
  async ask<T>(question: Question): Promise<T> {
    const signal = AbortSignal.timeout(question.withinMs ?? quickMs)
    const answer = await send(socketPath, { ...question, signal })
    const body = await text(answer).catch((error: Error) => {
      throw isCut(error) ? new AgentAbsent(error.message, { cause: error }) : error
    })
    const data = body === '' ? undefined : JSON.parse(body)
    if ((answer.statusCode ?? 500) >= 300) throw troubleOf(data)
    return data as T
  },
  async *lines(question) {
    const answer = await send(socketPath, question)
    if (answer.statusCode !== 200) throw troubleOf(JSON.parse(await text(answer)))
    let rest = ''
    try {
      for await (const chunk of answer.setEncoding('utf8')) {
        const parts = (rest + chunk).split('\n')
        rest = parts.pop() ?? ''
        yield* parts
      }
    } catch (error) {
      // The agent ended, or we were told to stop: for a reader of a stream both are its end.
      if (!isHangUp(error)) throw error
    }
  },
})

function send(socketPath: string, { method = 'GET', path, body, signal }: Question) {
  const http = process.getBuiltinModule('node:http')
  const payload = body === undefined ? undefined : JSON.stringify(body)
  return new Promise<Http.IncomingMessage>((resolve, reject) => {
    const request = http.request(
      {
        socketPath,
        path,
        method,
        agent: false,
        headers: {
          host: 'msvc',
          ...(payload && {
            'content-type': 'application/json',
            'content-length': Buffer.byteLength(payload),
          }),
        },
        ...(signal && { signal }),
      },
      resolve,
    )
    request.on('error', (error: NodeJS.ErrnoException) => {
      if (isAbsence(error)) reject(new AgentAbsent(error.message, { cause: error }))
      else if (error.name === 'AbortError' || error.name === 'TimeoutError')
        reject(new AgentSilent(path, { cause: error }))
      else reject(error)
    })
    request.end(payload)
  })
}

async function text(answer: Http.IncomingMessage): Promise<string> {
  let body = ''
  for await (const chunk of answer.setEncoding('utf8')) body += chunk
  return body
}

const isAbsence = (error: NodeJS.ErrnoException): boolean =>
  error.code === 'ENOENT' || error.code === 'ECONNREFUSED' || isCut(error)

/** As by a kill -9 in the middle of a conversation. */
const isCut = ({ code }: NodeJS.ErrnoException): boolean => code === 'ECONNRESET' || code === 'EPIPE'

const isHangUp = (error: unknown): boolean =>
  ['ECONNRESET', 'ABORT_ERR', 'ERR_STREAM_PREMATURE_CLOSE'].includes(
    (error as NodeJS.ErrnoException).code ?? '',
  )

interface PublicTrouble {
  error: { code: string; message: string; next: string; exitCode?: ExitCode; data?: Record<string, unknown> }
}

const troubleOf = (body: unknown): Error => {
  const { error } = body as PublicTrouble
  return error.code === 'bug' ? new Error(error.message) : new UserError(error)
}
