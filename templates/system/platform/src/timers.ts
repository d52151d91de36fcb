// Timers as the platform uses them, so that a test can run ten minutes of outage in a millisecond.

/** What `start` gave; only `stop` knows what to do with it. */
export type Timer = object

export interface Timers {
  start(delayMs: number, onTime: () => void): Timer
  /** Stopping one that has fired or was stopped does nothing. */
  stop(timer: Timer): void
}

export const systemTimers: Timers = {
  start: (delayMs, onTime) => setTimeout(onTime, delayMs),
  stop: (timer) => clearTimeout(timer as NodeJS.Timeout),
}

/** Resolves after the time, or at once when aborted: false when the caller gave up meanwhile. */
export function wait(timers: Timers, delayMs: number, signal: AbortSignal | undefined): Promise<boolean> {
  return new Promise((resolve) => {
    const onAbort = (): void => {
      timers.stop(timer)
      resolve(false)
    }
    const timer = timers.start(delayMs, () => {
      signal?.removeEventListener('abort', onAbort)
      resolve(signal?.aborted !== true)
    })
    if (signal?.aborted === true) onAbort()
    else signal?.addEventListener('abort', onAbort, { once: true })
  })
}
