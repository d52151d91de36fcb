// What the conformance suite asks of a breaker, whoever wrote it. Each contender is configured as well
// as its own options allow; what it has no option for, it does not get.

import type { VirtualTime } from '../virtual-time.ts'

export interface Contender {
  name: string
  create(time: VirtualTime, options?: SubjectOptions): Subject
}

export interface SubjectOptions {
  /** 1000 if not said. */
  attemptTimeoutMs?: number
}

export type SubjectState = 'closed' | 'open' | 'half_open' | 'forced'

export interface Subject extends Disposable {
  /** Its fate shows after `time.settle()`. */
  call(): TrialCall
  state(): SubjectState
  /** Reasons only where the contender tells one. */
  transitions(): { to: SubjectState; reason?: string }[]
  /** By hand, with an end that comes by itself; absent when the contender has nothing of the kind. */
  forceOpen?: (ttlMs: number) => void
  /**
   * Admission in its atomic steps, for the interleaving of several callers on real threads: each `next`
   * is one step, the last value says whether the caller is admitted. Absent: it is one step.
   */
  admissionSteps?: () => Generator<void, boolean, void>
}

/** `waiting`: neither let through nor refused, the caller hangs. */
export type Fate = 'running' | 'refused' | 'waiting' | 'settled'

export interface TrialCall {
  fate(): Fate
  /** Of a refusal, where the contender tells it. */
  retryAfterMs(): number | undefined
  succeed(): void
  /** The callee is broken: no connection, or a 5xx. */
  fail(): void
  /** The callee is well and the request was wrong. */
  answer4xx(): void
  /** The caller gave up. */
  abort(): void
}

/** A call through a library that takes a function and returns a promise. */
export function promisedCall(
  execute: (action: () => Promise<unknown>, signal: AbortSignal) => Promise<unknown>,
  retryAfterOf: (error: unknown) => number | undefined = () => undefined,
): TrialCall {
  const { promise, resolve, reject } = Promise.withResolvers<unknown>()
  const controller = new AbortController()
  let isStarted = false
  let end: { error?: unknown } | undefined
  // The action itself may never be listened to once a timeout has won.
  promise.catch(() => {})
  execute(() => {
    isStarted = true
    return promise
  }, controller.signal).then(
    () => (end = {}),
    (error: unknown) => (end = { error }),
  )
  return {
    fate() {
      if (isStarted) return end === undefined ? 'running' : 'settled'
      return end === undefined ? 'waiting' : 'refused'
    },
    retryAfterMs: () => retryAfterOf(end?.error),
    succeed: () => resolve('well'),
    fail: () => reject(new CalleeError(503)),
    answer4xx: () => reject(new CalleeError(404)),
    abort() {
      controller.abort()
      reject(new DOMException('given up by the caller', 'AbortError'))
    },
  }
}

export class CalleeError extends Error {
  readonly status: number
  constructor(status: number) {
    super(`status ${status}`)
    this.status = status
  }
}

/** What a careful user tells a library to leave out: answers below 500, and callers who gave up. */
export const isFailure = (error: unknown): boolean =>
  !(error instanceof CalleeError && error.status < 500) &&
  !(error instanceof Error && error.name === 'AbortError')
