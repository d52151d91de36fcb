// Waits for a service to come into a state, without asking all the time.

interface Wish<T> {
  service: string
  look: () => T
  isTrue: (seen: T) => boolean
  /** Gives up when it aborts, with its reason. */
  signal: AbortSignal
}

export interface Waiting {
  /** Something about the service is not as it was. */
  changed(service: string): void
  /** Resolves with what was seen when it was true, now or after a change. */
  until<T>(wish: Wish<T>): Promise<T>
}

export function waitingForChanges(): Waiting {
  const checks = new Set<(service: string) => void>()
  return {
    changed: (service) => {
      for (const check of checks) check(service)
    },
    until: ({ service, look, isTrue, signal }) =>
      new Promise((resolve, reject) => {
        const finish = (): void => {
          checks.delete(check)
          signal.removeEventListener('abort', giveUp)
        }
        const giveUp = (): void => {
          finish()
          reject(signal.reason)
        }
        const check = (changed: string): void => {
          if (changed !== service) return
          const seen = look()
          if (!isTrue(seen)) return
          finish()
          resolve(seen)
        }
        checks.add(check)
        signal.addEventListener('abort', giveUp)
        if (signal.aborted) giveUp()
        else check(service)
      }),
  }
}
