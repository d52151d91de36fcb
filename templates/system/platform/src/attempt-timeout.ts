// One attempt with a time limit, which can also be given up by its caller.
//
//   started ──┬─ the attempt settles ──▶ done, or failed: error
//             ├─ its time is over ─────▶ failed: timeout, or deadline if the caller's time was shorter
//             └─ the caller gives up ──▶ failed: aborted
//
// Whatever comes first counts; the attempt then hears that nobody waits for it any more. An AbortSignal
// costs more than everything else here together, so it is made only when the attempt asks for one.

import type { FailReason } from './classify.ts'
import type { Timer, Timers } from './timers.ts'

/** What an attempt is told. */
export interface Attempt {
  /** 0 for the first, 1 for the first retry. */
  readonly number: number
  /** When it will be cut. */
  readonly timeoutMs: number
  /** Aborted when the attempt is cut. */
  readonly signal: AbortSignal
  /** The cheap form of `signal`: one listener, called once when the attempt is cut, at once if it was. */
  onCut(listener: (reason: FailReason) => void): void
}

export type Attempted<T> = { kind: 'done'; value: T } | { kind: 'failed'; reason: FailReason; error: unknown }

export interface AttemptLimits<T> {
  number: number
  timeoutMs: number
  /** Why it is over when the time is. */
  timeReason: 'timeout' | 'deadline'
  /** The caller's. */
  signal: AbortSignal | undefined
  timers: Timers
  /** Hears the result before anybody else; what it throws, `runAttempt` rejects with. */
  onSettled: (attempted: Attempted<T>) => void
  /** When the attempt has really ended, which may be after it was cut. */
  onEnded: () => void
}

/** What the attempt throws is a result, not a rejection. */
export function runAttempt<T>(
  attempt: (attempt: Attempt) => Promise<T>,
  limits: AttemptLimits<T>,
): Promise<Attempted<T>> {
  return new Promise((resolve, reject) => new LimitedAttempt(limits, resolve, reject).run(attempt))
}

// A class, because 10,000 of these a second should share their functions.
class LimitedAttempt<T> implements Attempt {
  private readonly limits: AttemptLimits<T>
  private readonly resolve: (attempted: Attempted<T>) => void
  private readonly reject: (error: unknown) => void
  private readonly timer: Timer
  private isSettled = false
  private cutReason: FailReason | undefined = undefined
  private listener: ((reason: FailReason) => void) | undefined = undefined
  private controller: AbortController | undefined = undefined
  private onAbort: (() => void) | undefined = undefined

  constructor(
    limits: AttemptLimits<T>,
    resolve: (attempted: Attempted<T>) => void,
    reject: (error: unknown) => void,
  ) {
    this.limits = limits
    this.resolve = resolve
    this.reject = reject
    this.timer = limits.timers.start(limits.timeoutMs, () => this.cut(limits.timeReason))
    if (limits.signal !== undefined) {
      this.onAbort = () => this.cut('aborted')
      limits.signal.addEventListener('abort', this.onAbort, { once: true })
    }
  }

  get number(): number {
    return this.limits.number
  }

  get timeoutMs(): number {
    return this.limits.timeoutMs
  }

  get signal(): AbortSignal {
    this.controller ??= new AbortController()
    if (this.cutReason !== undefined) this.controller.abort()
    return this.controller.signal
  }

  onCut(listener: (reason: FailReason) => void): void {
    if (this.cutReason === undefined) this.listener = listener
    else listener(this.cutReason)
  }

  run(attempt: (attempt: Attempt) => Promise<T>): void {
    try {
      attempt(this).then(
        (value) => {
          this.limits.onEnded()
          this.settle({ kind: 'done', value })
        },
        (error: unknown) => this.failed(error),
      )
    } catch (error) {
      this.failed(error)
    }
  }

  private failed(error: unknown): void {
    this.limits.onEnded()
    this.settle({ kind: 'failed', reason: 'error', error })
  }

  private cut(reason: FailReason): void {
    if (this.isSettled) return
    this.cutReason = reason
    this.settle({ kind: 'failed', reason, error: undefined })
    this.listener?.(reason)
    this.controller?.abort()
  }

  private settle(attempted: Attempted<T>): void {
    if (this.isSettled) return
    this.isSettled = true
    this.limits.timers.stop(this.timer)
    if (this.onAbort !== undefined) this.limits.signal?.removeEventListener('abort', this.onAbort)
    try {
      this.limits.onSettled(attempted)
      this.resolve(attempted)
    } catch (error) {
      this.reject(error)
    }
  }
}
