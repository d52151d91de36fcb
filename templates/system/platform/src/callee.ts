// A callee as its caller sees it: every request passes the edge's breaker.
//
//   request ─▶ deadline ─▶ breaker ─▶ attempt with a time limit ─▶ callee
//                 │            │                │
//                 ▼            ▼                ▼
//              failed       refused     answered or failed, and the breaker hears of it
//
// The result is data, not an exception: a callee that is away is a case to handle, not a surprise.

import { Pool } from 'undici'
import type { Breaker, Permit } from './breaker.ts'
import type { Breakers } from './breakers.ts'
import type { Clock } from './clock.ts'
import { attempt, type Answer, type AttemptResult } from './http-attempt.ts'
import { currentRequest } from './request-context.ts'
import type { Span, Telemetry } from './telemetry.ts'
import { formatTraceparent } from './trace-context.ts'

export interface CallRequest {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  path: string
  /** Sent as JSON; a string is taken as JSON already. */
  body?: unknown
  headers?: Record<string, string>
  idempotencyKey?: string | undefined
  /** How many times this call was tried before. */
  retryAttempt?: number
  /** Giving up early says nothing about the callee. */
  signal?: AbortSignal
}

export type CallResult =
  | Answer
  /** The breaker is open: nothing was sent. */
  | { kind: 'refused'; retryAfterMs: number }
  /** `sent`: whether the callee may have acted on it all the same. */
  | { kind: 'failed'; reason: 'network' | 'timeout' | 'aborted' | 'deadline'; sent: boolean; message: string }

export interface Callee {
  readonly name: string
  readonly breaker: Breaker
  call(request: CallRequest): Promise<CallResult>
  close(): Promise<void>
}

export interface CalleeOptions {
  caller: string
  name: string
  url: string
  attemptTimeoutMs: number
  maxConnections?: number | undefined
  clock: Clock
  breakers: Breakers
  telemetry: Telemetry
}

/** What a hop costs on the way: the callee gets so much less time than its caller has. */
const hopMs = 10

export function createCallee(options: CalleeOptions): Callee {
  const { caller, name, url, attemptTimeoutMs, clock, breakers, telemetry } = options
  const breaker = breakers.add({
    name: `${caller}:${name}`,
    slowAfterMs: attemptTimeoutMs / 2,
    trialTimeoutMs: attemptTimeoutMs * 2,
  })
  const pool = new Pool(url, {
    connections: options.maxConnections ?? 128,
    connectTimeout: attemptTimeoutMs,
    // The attempt's own timer is the only one: these would run to their default of five minutes.
    headersTimeout: 0,
    bodyTimeout: 0,
    allowH2: false,
  })

  return { name, breaker, call, close: () => pool.destroy() }

  async function call(request: CallRequest): Promise<CallResult> {
    const remainingMs = remaining() - hopMs
    if (remainingMs <= 0) {
      return { kind: 'failed', reason: 'deadline', sent: false, message: 'no time left to call' }
    }
    const permit = breaker.acquire()
    if (!permit.admitted) return { kind: 'refused', retryAfterMs: permit.retryAfterMs }

    const context = currentRequest()
    const span = telemetry.clientSpan(`${request.method} ${name}`, context?.span.trace, {
      'http.request.method': request.method,
      'server.address': name,
      'circuit_breaker.name': breaker.name,
    })
    const result = await attempt(pool, {
      method: request.method,
      path: request.path,
      headers: headersOf(request, span, remainingMs),
      body: bodyOf(request.body),
      timeoutMs: Math.min(attemptTimeoutMs, remainingMs),
      signal: request.signal,
    })
    const isCutByDeadline = remainingMs < attemptTimeoutMs
    settle(permit, result, isCutByDeadline)
    endSpan(span, result)
    return result.kind === 'failed' && result.reason === 'timeout' && isCutByDeadline
      ? { ...result, reason: 'deadline' }
      : result
  }

  function remaining(): number {
    const context = currentRequest()
    return context === undefined ? Number.POSITIVE_INFINITY : context.deadlineMs - clock.monotonicMs()
  }

  function headersOf(request: CallRequest, span: Span, remainingMs: number): Record<string, string> {
    const headers: Record<string, string> = { ...request.headers, traceparent: formatTraceparent(span.trace) }
    headers['x-deadline-ms'] = String(Math.floor(Math.min(remainingMs, attemptTimeoutMs)))
    const retryAttempt = request.retryAttempt ?? currentRequest()?.retryAttempt ?? 0
    if (retryAttempt > 0) headers['x-retry-attempt'] = String(retryAttempt)
    if (request.idempotencyKey !== undefined) headers['idempotency-key'] = request.idempotencyKey
    if (request.body !== undefined) headers['content-type'] = 'application/json'
    return headers
  }
}

const bodyOf = (body: unknown): string | null =>
  body === undefined ? null : typeof body === 'string' ? body : JSON.stringify(body)

/**
 * Tells the breaker what a result says about the callee's health.
 * Broken: no connection, no answer in time, 5xx (501 is a healthy "I do not do that").
 * Nothing: the caller gave up, or its deadline cut the attempt before the attempt's own time was over;
 * else one impatient client would open the breaker for everybody.
 */
function settle(permit: Permit, result: AttemptResult, isCutByDeadline: boolean): void {
  if (result.kind === 'answered') {
    if (result.status >= 500 && result.status !== 501) permit.fail()
    else permit.succeed()
  } else if (result.reason === 'aborted' || (result.reason === 'timeout' && isCutByDeadline)) permit.ignore()
  else permit.fail()
}

function endSpan(span: Span, result: AttemptResult): void {
  if (result.kind === 'answered')
    span.end({ 'http.response.status_code': result.status }, result.status >= 500)
  else span.end({ 'error.type': result.reason }, true)
}
