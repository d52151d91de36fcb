// One HTTP request to one callee, with a time limit that covers everything: waiting for a
// connection, connecting, sending, and reading the answer to its end.

import type { Dispatcher } from 'undici'

export interface AttemptRequest {
  method: string
  path: string
  headers: Record<string, string>
  body: string | null
  timeoutMs: number
  signal: AbortSignal | undefined
}

export type AttemptResult =
  | Answer
  /** `sent`: the callee may have acted on the request, though no answer came. */
  | { kind: 'failed'; reason: 'network' | 'timeout' | 'aborted'; sent: boolean; message: string }

export interface Answer {
  kind: 'answered'
  status: number
  headers: Record<string, string | string[] | undefined>
  body: string
}

/** Never rejects: what can go wrong with a network is a result. */
export function attempt(dispatcher: Dispatcher, request: AttemptRequest): Promise<AttemptResult> {
  const { method, path, headers, body, timeoutMs, signal } = request
  const { promise, resolve } = Promise.withResolvers<AttemptResult>()
  let controller: Dispatcher.DispatchController | undefined
  let answer: Pick<Answer, 'status' | 'headers'> | undefined
  let isSettled = false
  const chunks: Buffer[] = []

  const timer = setTimeout(() => give('timeout', `no answer within ${Math.round(timeoutMs)} ms`), timeoutMs)
  const onAbort = (): void => give('aborted', 'given up by the caller')
  if (signal?.aborted === true) onAbort()
  else signal?.addEventListener('abort', onAbort, { once: true })
  if (isSettled) return promise

  dispatcher.dispatch(
    { method, path, headers, body },
    {
      onRequestStart(started) {
        controller = started
        // Given up while it waited for a connection: then it is never sent at all.
        if (isSettled) started.abort(new Error('given up before it was sent'))
      },
      onResponseStart(_controller, status, responseHeaders) {
        if (status >= 200) answer = { status, headers: responseHeaders }
      },
      onResponseData(_controller, chunk) {
        chunks.push(chunk)
      },
      onResponseEnd() {
        if (answer !== undefined) settle({ kind: 'answered', ...answer, body: textOf(chunks) })
      },
      onResponseError(_controller, error) {
        settle({
          kind: 'failed',
          reason: 'network',
          sent: controller !== undefined,
          message: messageOf(error),
        })
      },
    },
  )
  return promise

  function give(reason: 'timeout' | 'aborted', message: string): void {
    settle({ kind: 'failed', reason, sent: controller !== undefined, message })
    controller?.abort(new Error(message))
  }

  function settle(result: AttemptResult): void {
    if (isSettled) return
    isSettled = true
    clearTimeout(timer)
    signal?.removeEventListener('abort', onAbort)
    resolve(result)
  }
}

const textOf = (chunks: Buffer[]): string =>
  chunks.length === 1 ? String(chunks[0]) : Buffer.concat(chunks).toString()

/** An error of several addresses has an empty message and the real ones inside. */
function messageOf(error: Error): string {
  if (error instanceof AggregateError) return error.errors.map(String).join('; ')
  return error.message
}
