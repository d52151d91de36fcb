// A callee as its caller sees it: HTTP under the edge's policy (policy.ts).
//
//   request ─▶ policy: deadline, retry, bulkhead, breaker, time limit ─▶ HTTP, in a client span ─▶ callee
//
// The result is data, not an exception: a callee that is away is a case to handle, not a surprise.

import { createRequire } from 'node:module'
import { setTimeout as sleep } from 'node:timers/promises'
import { runAttempt, type Attempt } from './attempt-timeout.ts'
import type { Breaker } from './breaker.ts'
import type { Breakers } from './breakers.ts'
import { createCallSpans, endCallSpan } from './call-span.ts'
import { judgeFailure, judgeStatus, type Verdict } from './classify.ts'
import type { Clock } from './clock.ts'
import { deadlineHeader } from './deadline.ts'
import { attemptOverHttp, type Answer, type HttpResult } from './http-attempt.ts'
import { createPolicy, type Policy, type PolicyResult } from './policy.ts'
import type { PolicyConfig } from './policy-config.ts'
import { currentRequest, outsideRequests, type RequestContext } from './request-context.ts'
import { askedToWaitMs, isRepeatable, retryHeader } from './retry.ts'
import type { Span, Telemetry } from './telemetry.ts'
import { systemTimers, type Timers } from './timers.ts'
import { formatTraceparent } from './trace-context.ts'

export interface CallRequest {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  path: string
  /** Sent as JSON; a string is taken as JSON already. */
  body?: unknown
  headers?: Record<string, string>
  /** With it, a call may be repeated whatever its method. */
  idempotencyKey?: string | undefined
  /** How many times the caller itself has tried this call before; then it is not repeated here. */
  retryAttempt?: number
  /** Giving up early says nothing about the callee. */
  signal?: AbortSignal
  /** What to answer when the callee cannot: from a cache, for instance. */
  fallback?: (result: CallResult) => Answer | undefined
}

export type CallResult =
  | Answer
  /** Nothing was sent: the breaker is open, or too many calls are under way. */
  | { kind: 'refused'; by: 'breaker' | 'bulkhead'; retryAfterMs: number }
  /** `sent`: whether the callee may have acted on it all the same. */
  | { kind: 'failed'; reason: 'network' | 'timeout' | 'aborted' | 'deadline'; sent: boolean; message: string }

export interface Callee {
  readonly name: string
  readonly breaker: Breaker
  call(request: CallRequest): Promise<CallResult>
  /** Resolves once the callee answers, for who should not begin before; asks past the breaker. */
  untilReady(signal: AbortSignal): Promise<void>
  close(): Promise<void>
}

export interface CalleeOptions {
  caller: string
  name: string
  url: string
  config: PolicyConfig
  clock: Clock
  breakers: Breakers
  telemetry: Telemetry
}

// By its path, because all of undici is its fetch, WebSocket, caches and mocks too: 45 ms of a start for nothing.
const requirePart = createRequire(import.meta.url)
const Pool = requirePart('undici/lib/dispatcher/pool.js') as typeof import('undici').Pool

const askReadyEveryMs = 100

export function createCallee(options: CalleeOptions): Callee {
  const { caller, name, url, config, clock, breakers, telemetry } = options
  const edge = `${caller}:${name}`
  const target = new URL(url)
  const pool = new Pool(url, {
    // As many as the bulkhead admits: fewer would be a queue that nobody sees.
    connections: config.bulkhead.limit,
    connectTimeout: config.attemptTimeoutMs,
    // The attempt's own time limit is the only one: these would run to their default of five minutes.
    headersTimeout: 0,
    bodyTimeout: 0,
    allowH2: false,
  })
  const policy: Policy<HttpResult> = createPolicy<HttpResult>(config, {
    name: edge,
    clock,
    timers: systemTimers,
    probeTimers: timersOutsideRequests,
    random: Math.random,
    classify,
    retryAfterMs: (result) => (result.kind === 'answered' ? askedToWaitMs(result.headers) : undefined),
    probe: async () => {
      const status = await askReady()
      return status >= 200 && status < 300
    },
    onTransition: (transition) => breakers.publish(edge, transition),
  })
  breakers.add(policy)
  const spans = createCallSpans({ edge, callee: name, url: target, telemetry, breaker: policy.breaker })

  return {
    name,
    breaker: policy.breaker,
    call,
    async untilReady(signal) {
      // Any answer but "broken": a service that we did not generate may not know the path.
      while (!signal.aborted && (await askReady()) >= 500) {
        await sleep(askReadyEveryMs, undefined, { signal }).catch(() => {}) // aborted: the loop ends
      }
    },
    async close() {
      policy.close()
      await pool.close()
    },
  }

  async function call(request: CallRequest): Promise<CallResult> {
    const context = currentRequest()
    const progress = { sent: false }
    const { fallback } = request
    const result = await policy.call((attempt) => send(request, context, attempt, progress), {
      deadlineMs: context?.deadlineMs,
      signal: request.signal,
      mayRetry: isOutermost(request, context) && isRepeatable(request.method, request.idempotencyKey),
      fallback: fallback && ((failed) => fallBack(failed, fallback(describe(failed, progress.sent)))),
    })
    if (result.kind === 'refused') spans.refused(request, context, result.by)
    return describe(result, progress.sent)
  }

  async function send(
    request: CallRequest,
    context: RequestContext | undefined,
    attempt: Attempt,
    progress: { sent: boolean },
  ): Promise<HttpResult> {
    const span = spans.start(request, context, attempt.number)
    const result = await attemptOverHttp(
      pool,
      {
        method: request.method,
        path: request.path,
        headers: headersOf(request, context, span, attempt),
        body: bodyOf(request.body),
        onSent: () => (progress.sent = true),
      },
      attempt,
    )
    endCallSpan(span, result, classify(result))
    return result
  }

  /** The status that `/readyz` answers through the edge's own URL; 599 for none. */
  async function askReady(): Promise<number> {
    const request = { method: 'GET', path: '/readyz', headers: {}, body: null, onSent: () => {} }
    const { timeoutMs } = config.recoveryProbe
    const result = await runAttempt((attempt) => attemptOverHttp(pool, request, attempt), {
      number: 0,
      timeoutMs,
      timeReason: 'timeout',
      signal: undefined,
      timers: systemTimers,
      onSettled: () => {},
      onEnded: () => {},
    })
    return result.kind === 'done' && result.value.kind === 'answered' ? result.value.status : 599
  }
}

/** The probe belongs to the edge, not to the request that opened the breaker: the log would name its trace. */
const timersOutsideRequests: Timers = {
  start: (delayMs, onTime) => outsideRequests(() => systemTimers.start(delayMs, onTime)),
  stop: systemTimers.stop,
}

/** Who was called with a retry number has a caller who repeats; see retry.ts. */
const isOutermost = (request: CallRequest, context: RequestContext | undefined): boolean =>
  (request.retryAttempt ?? 0) === 0 && context?.retryAttempt === undefined

const classify = (result: HttpResult): Verdict => {
  if (result.kind === 'answered') return judgeStatus(result.status)
  return judgeFailure(result.reason === 'network' ? 'error' : result.reason)
}

const fallBack = (failed: PolicyResult<HttpResult>, answer: Answer | undefined): PolicyResult<HttpResult> =>
  answer === undefined ? failed : { kind: 'done', value: answer }

function describe(result: PolicyResult<HttpResult>, sent: boolean): CallResult {
  switch (result.kind) {
    case 'refused':
      return result
    case 'done':
      return result.value.kind === 'answered' ? result.value : { ...result.value, sent }
    case 'failed':
      // An attempt over HTTP never throws; if it did, that is a bug to be seen.
      if (result.reason === 'error') throw result.error
      return { kind: 'failed', reason: result.reason, sent, message: messages[result.reason] }
  }
}

const messages = {
  timeout: 'no answer within the time of an attempt',
  deadline: 'no time left to wait for an answer',
  aborted: 'given up by the caller',
} as const

function headersOf(
  request: CallRequest,
  context: RequestContext | undefined,
  span: Span,
  attempt: Attempt,
): Record<string, string> {
  const headers: Record<string, string> = { ...request.headers, traceparent: formatTraceparent(span.trace) }
  headers[deadlineHeader] = String(Math.floor(attempt.timeoutMs))
  headers[retryHeader] = String((request.retryAttempt ?? context?.retryAttempt ?? 0) + attempt.number)
  if (request.idempotencyKey !== undefined) headers['idempotency-key'] = request.idempotencyKey
  if (request.body !== undefined) headers['content-type'] = 'application/json'
  return headers
}

const bodyOf = (body: unknown): string | null =>
  body === undefined ? null : typeof body === 'string' ? body : JSON.stringify(body)
