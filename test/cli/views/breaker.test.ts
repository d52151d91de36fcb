import { expect, test } from 'vitest'
import { breakerSetView, breakersView, breakerView } from '../../../src/cli/views/breaker.ts'
import type { EdgeBreaker } from '../../../src/system/agent-api.ts'

/** Without colours. */
const plain = (text: string): string =>
  text.replace(new RegExp(`${String.fromCharCode(27)}\\[[0-9;]*m`, 'g'), '')

const now = 1_000_000
const open: EdgeBreaker = {
  edge: 'order:payment',
  kind: 'call',
  breaker: {
    name: 'order:payment',
    state: 'open',
    since: now - 2000,
    failureRate: 0.967,
    slowRate: 0.1,
    calls: 30,
    openRemainingMs: 800,
    transitions: [
      { at: now - 9000, from: 'half_open', to: 'closed', reason: '3 of 3 trial calls succeeded' },
      { at: now - 2000, from: 'closed', to: 'open', reason: '29 of the last 32 calls failed' },
    ],
  },
}
const none: EdgeBreaker = { edge: 'notification:order', kind: 'follow', breaker: null }
const time = (at: number): string => `t${at - now}`

test('all edges in a table', () => {
  expect(plain(breakersView([open, none], now))).toBe(
    [
      `EDGE                  BREAKER  FOR  WINDOW${' '.repeat(50)}WHY`,
      'order → payment       open     2s   30 calls, 97 % failed, 10 % slow; tries again in 0.8 s  29 of the last 32 calls failed',
      'notification ⇢ order  none',
    ].join('\n'),
  )
  expect(breakersView([], now)).toContain('no breaker')
})

test('one edge with its history, newest first', () => {
  expect(plain(breakerView(open, now, time))).toBe(
    [
      'order → payment open for 2s',
      '30 calls, 97 % failed, 10 % slow; tries again in 0.8 s',
      '',
      't-2000  closed → open       29 of the last 32 calls failed',
      't-9000  half-open → closed  3 of 3 trial calls succeeded',
    ].join('\n'),
  )
  expect(plain(breakerView(none, now, time))).toBe(
    'notification ⇢ order has no breaker: notification publishes none, or does not run.',
  )
})

test('a long history is cut, a short one is said to be empty', () => {
  const many = Array.from({ length: 25 }, (_, at) => ({
    at,
    from: 'closed' as const,
    to: 'open' as const,
    reason: '',
  }))
  const view = plain(breakerView({ ...open, breaker: { ...open.breaker!, transitions: many } }, now, String))
  expect(view).toContain('24  closed → open')
  expect(view).toContain('and 5 before')
  const fresh = { ...open, breaker: { ...open.breaker!, transitions: [], calls: 0, openRemainingMs: 0 } }
  expect(plain(breakerView(fresh, now, time))).toContain('no calls\n\nIt has not changed')
})

test('what was set is told with its end', () => {
  const forced: EdgeBreaker = { ...open, breaker: { ...open.breaker!, state: 'forced_open' } }
  const disabled: EdgeBreaker = { ...open, breaker: { ...open.breaker!, state: 'disabled' } }
  expect(plain(breakerSetView(forced, 90_000))).toContain('refuses every call for 1m30s')
  expect(plain(breakerSetView(disabled, 1000))).toContain('lets every call through for 1s')
  expect(plain(breakerSetView(open))).toBe('order → payment decides by itself; it is open.')
})
