// How an arrival ended → exactly one outcome.

import type { Outcome } from '../events.ts'

/** What the engine and the connection saw of the end of one arrival. */
export type Ending =
  /**
   * A complete answer; `expected` is what the scenario's `expect:` says, if it says anything; `unmet` says
   * which of its checks or captures failed, if one did.
   */
  | { kind: 'answered'; status: number; expected: readonly number[] | null; unmet?: string | null }
  /** The timeout passed after it was given to a connection. */
  | { kind: 'timed-out' }
  /** The socket failed with a system or TLS error code; HTTP/2 knows more of it. */
  | { kind: 'socket-error'; code: string; isOpen: boolean; isSecure: boolean; reason?: string }
  /** The peer closed before the answer was complete. */
  | { kind: 'closed' }
  /** The answer is not HTTP/1.1. */
  | { kind: 'malformed'; reason: string }
  /** Never sent: it waited for a connection until its timeout had passed. */
  | { kind: 'waited-out' }
  /** Never sent: the limit of arrivals in flight was reached. */
  | { kind: 'no-room' }
  /** The run was ended first. */
  | { kind: 'interrupted' }

/** Codes that say "this machine has run out of something": the generator's fault, not the target's. */
const localLimits = new Set(['EMFILE', 'ENFILE', 'EADDRNOTAVAIL', 'ENOBUFS', 'ENOMEM', 'EAGAIN'])

export const isLocalLimit = (ending: Ending): boolean =>
  ending.kind === 'socket-error' && localLimits.has(ending.code)

export function outcomeOf(ending: Ending): Outcome {
  switch (ending.kind) {
    case 'answered':
      return outcomeOfAnswer(ending)
    case 'timed-out':
      return 'timeout'
    case 'socket-error':
      return outcomeOfSocketError(ending)
    case 'closed':
      return 'eof'
    case 'malformed':
      return 'protocol-error'
    case 'waited-out':
      return 'shed'
    case 'no-room':
      return 'dropped'
    case 'interrupted':
      return 'unfinished'
  }
}

function outcomeOfAnswer(ending: Extract<Ending, { kind: 'answered' }>): Outcome {
  const { status, expected, unmet = null } = ending
  if (expected === null && status >= 400) return 'http-error'
  if (expected !== null && !expected.includes(status)) return 'check-failed'
  return unmet === null ? 'ok' : 'check-failed'
}

/** What the outcome leaves open: which check failed, what broke in the answer, which error of TLS it was. */
export function reasonOf(ending: Ending): string | null {
  const outcome = outcomeOf(ending)
  switch (ending.kind) {
    case 'answered': {
      if (outcome !== 'check-failed') return null
      const { status, expected, unmet = null } = ending
      if (expected === null || expected.includes(status)) return unmet
      return `status ${status} instead of ${expected.join(' or ')}`
    }
    case 'malformed':
      return ending.reason
    case 'socket-error':
      return outcome === 'tls' ? ending.code : (ending.reason ?? null)
    case 'timed-out':
    case 'closed':
    case 'waited-out':
    case 'no-room':
    case 'interrupted':
      return null
  }
}

function outcomeOfSocketError(ending: Extract<Ending, { kind: 'socket-error' }>): Outcome {
  if (isLocalLimit(ending)) return 'dropped'
  switch (ending.code) {
    case 'ECONNRESET':
    case 'EPIPE':
    case 'ECONNABORTED':
      return 'reset'
    case 'ECONNREFUSED':
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
    case 'EHOSTDOWN':
    case 'ENETDOWN':
    case 'EACCES':
      return 'refused'
    case 'ETIMEDOUT':
      return 'timeout'
    default:
      // What is left on a secure connection that never opened is a failed handshake or certificate.
      return ending.isSecure && !ending.isOpen ? 'tls' : 'reset'
  }
}
