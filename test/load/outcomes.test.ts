import { describe, expect, test } from 'vitest'
import { type Ending, isLocalLimit, outcomeOf, reasonOf } from '../../src/load/outcomes.ts'

const socketError = (code: string, isSecure = false, isOpen = true): Ending => ({
  kind: 'socket-error',
  code,
  isOpen,
  isSecure,
})
const answered = (status: number, expected: number[] | null = null): Ending => ({
  kind: 'answered',
  status,
  expected,
})

describe('an ending is exactly one outcome', () => {
  test.each<[string, Ending, string]>([
    ['200', answered(200), 'ok'],
    ['304', answered(304), 'ok'],
    ['404', answered(404), 'http-error'],
    ['503', answered(503), 'http-error'],
    ['404 where it is expected', answered(404, [404]), 'ok'],
    ['200 where 201 is expected', answered(200, [201, 202]), 'check-failed'],
    ['no answer in time', { kind: 'timed-out' }, 'timeout'],
    ['FIN before the end', { kind: 'closed' }, 'eof'],
    ['garbage', { kind: 'malformed', reason: 'x' }, 'protocol-error'],
    ['no connection became free', { kind: 'waited-out' }, 'shed'],
    ['no room', { kind: 'no-room' }, 'dropped'],
    ['the run was ended', { kind: 'interrupted' }, 'unfinished'],
    ['RST', socketError('ECONNRESET'), 'reset'],
    ['a broken pipe', socketError('EPIPE'), 'reset'],
    ['a dead port', socketError('ECONNREFUSED', false, false), 'refused'],
    ['no route', socketError('EHOSTUNREACH', false, false), 'refused'],
    ['SYN without an answer', socketError('ETIMEDOUT', false, false), 'timeout'],
    ['a bad certificate', socketError('DEPTH_ZERO_SELF_SIGNED_CERT', true, false), 'tls'],
    ['plain HTTP where TLS is expected', socketError('ERR_SSL_WRONG_VERSION_NUMBER', true, false), 'tls'],
    ['no file descriptor left', socketError('EMFILE', false, false), 'dropped'],
  ])('%s', (_, ending, outcome) => {
    expect(outcomeOf(ending)).toBe(outcome)
  })
})

describe('why, where the outcome leaves that open', () => {
  const unmet = 'body lacks "ok"'
  test.each<[string, Ending, string | null]>([
    ['a status that was not expected', answered(503, [200, 201]), 'status 503 instead of 200 or 201'],
    ['a check', { ...answered(200), unmet } as Ending, unmet],
    ['both: the status', { ...answered(500, [200]), unmet } as Ending, 'status 500 instead of 200'],
    ['an error that its status tells', { ...answered(500), unmet } as Ending, null],
    ['garbage', { kind: 'malformed', reason: 'x' }, 'x'],
    ['a bad certificate', socketError('CERT_HAS_EXPIRED', true, false), 'CERT_HAS_EXPIRED'],
    ['RST', socketError('ECONNRESET'), null],
    ['no answer in time', { kind: 'timed-out' }, null],
  ])('%s', (_, ending, reason) => {
    expect(reasonOf(ending)).toBe(reason)
  })
})

test('running out of ports is our own limit, a refused connection is not', () => {
  expect(isLocalLimit(socketError('EADDRNOTAVAIL'))).toBe(true)
  expect(isLocalLimit(socketError('ECONNREFUSED'))).toBe(false)
})
