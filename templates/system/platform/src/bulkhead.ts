// At most so many attempts at one callee at a time; one more is refused, never queued.
//
// This is the first line against a callee that hangs: it fills up within milliseconds, long before any
// attempt times out, and what waits on one callee cannot take memory and sockets from the others.
// A place is given back when its attempt has really ended, not when we stopped waiting for it.

export interface Bulkhead {
  readonly limit: number
  readonly inFlight: number
  /** Refused since the start. */
  readonly rejected: number
  enter(): boolean
  leave(): void
}

export function createBulkhead(limit: number): Bulkhead {
  let inFlight = 0
  let rejected = 0
  return {
    limit,
    get inFlight() {
      return inFlight
    },
    get rejected() {
      return rejected
    },
    enter() {
      if (inFlight === limit) {
        rejected += 1
        return false
      }
      inFlight += 1
      return true
    },
    leave() {
      inFlight -= 1
    },
  }
}
