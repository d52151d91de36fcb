// One HTTP request to one callee, until it is answered, breaks, or is cut by its time limit.
//
// It has no timer of its own: the attempt's limit (attempt-timeout.ts) covers everything, from waiting for
// a connection to the last byte of the answer.

import type { Dispatcher } from 'undici'
import type { Attempt } from './attempt-timeout.ts'
import type { FailReason } from './classify.ts'

export interface HttpRequest {
  method: string
  path: string
  headers: Record<string, string>
  body: string | null
  /** From here on the callee may have acted on the request, whether it answers or not. */
  onSent: () => void
}

export type HttpResult =
  | Answer
  | { kind: 'failed'; reason: 'network' | Exclude<FailReason, 'error'>; message: string }

export interface Answer {
  kind: 'answered'
  status: number
  headers: Record<string, string | string[] | undefined>
  body: string
}

/** Never rejects: what can go wrong with a network is a result. */
export function attemptOverHttp(
  dispatcher: Dispatcher,
  request: HttpRequest,
  attempt: Pick<Attempt, 'onCut'>,
): Promise<HttpResult> {
  const { method, path, headers, body, onSent } = request
  const { promise, resolve } = Promise.withResolvers<HttpResult>()
  let controller: Dispatcher.DispatchController | undefined
  let answer: Pick<Answer, 'status' | 'headers'> | undefined
  let isCut = false
  const chunks: Buffer[] = []

  attempt.onCut((reason) => {
    isCut = true
    const message = `cut: ${reason}`
    resolve({ kind: 'failed', reason: reason === 'error' ? 'network' : reason, message })
    // Closes the connection; whoever would send a late answer on it must not meet the next request.
    controller?.abort(new Error(message))
  })

  dispatcher.dispatch(
    { method, path, headers, body },
    {
      onRequestStart(started) {
        controller = started
        // Cut while it waited for a connection: then it is never sent at all.
        if (isCut) started.abort(new Error('cut before it was sent'))
        else onSent()
      },
      onResponseStart(_controller, status, responseHeaders) {
        if (status >= 200) answer = { status, headers: responseHeaders }
      },
      onResponseData(_controller, chunk) {
        chunks.push(chunk)
      },
      onResponseEnd() {
        if (answer !== undefined) resolve({ kind: 'answered', ...answer, body: textOf(chunks) })
      },
      onResponseError(_controller, error) {
        resolve({ kind: 'failed', reason: 'network', message: messageOf(error) })
      },
    },
  )
  return promise
}

const textOf = (chunks: Buffer[]): string =>
  chunks.length === 1 ? String(chunks[0]) : Buffer.concat(chunks).toString()

/** An error of several addresses has an empty message and the real ones inside. */
function messageOf(error: Error): string {
  if (error instanceof AggregateError) return error.errors.map(String).join('; ')
  return error.message
}
