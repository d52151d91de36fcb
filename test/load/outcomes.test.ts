import { describe, expect, test } from 'vitest'
import { type Ending, isLocalLimit, outcomeOf } from '../../src/load/outcomes.ts'

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

test('running out of ports is our own limit, a refused connection is not', () => {
  expect(isLocalLimit(socketError('EADDRNOTAVAIL'))).toBe(true)
  expect(isLocalLimit(socketError('ECONNREFUSED'))).toBe(false)
})
