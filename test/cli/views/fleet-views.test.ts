import { describe, expect, test } from 'vitest'
import {
  countdown,
  endView,
  eventLine,
  faultsView,
  healedView,
  setView,
} from '../../../src/cli/views/chaos.ts'
import { logView } from '../../../src/cli/views/logs.ts'
import { roughly, statusView, upView } from '../../../src/cli/views/status.ts'
import type { SystemEvent } from '../../../src/events.ts'
import type { FaultStatus, FleetStatus } from '../../../src/system/agent-api.ts'

/** Without colours and without spaces at the ends of lines. */
const plain = (text: string): string =>
  text.replace(new RegExp(`${String.fromCharCode(27)}\\[[0-9;]*m`, 'g'), '').replace(/ +$/gm, '')

const now = 1_000_000
const fault: FaultStatus = {
  percent: 100,
  direction: null,
  seed: 1,
  params: {},
  bitAt: null,
  id: 'f1',
  kind: 'kill',
  target: 'payment',
  state: 'active',
  requestedAt: now - 5000,
  expiresAt: now + 25_000,
  healedAt: null,
  detail: 'pid 42 ended by SIGKILL',
}
const status: FleetStatus = {
  version: 1,
  system: { name: 'shop', root: '/home/ada/shop', entry: 'order' },
  agent: { pid: 7, startedAt: 0, cliVersion: '1.0.0' },
  proxy: { pid: 7, restarts: 0, api: null },
  halted: true,
  services: [
    {
      name: 'order',
      state: 'ready',
      pid: 41,
      url: 'http://127.0.0.1:4001',
      port: 4001,
      adminPort: 9,
      restarts: 0,
      since: now - 65_000,
      detail: null,
    },
    {
      name: 'payment',
      state: 'held',
      pid: null,
      url: 'http://127.0.0.1:4002',
      port: 4002,
      adminPort: 8,
      restarts: 2,
      since: now - 400,
      detail: 'kept down by fault f1',
    },
  ],
  edges: [
    {
      name: 'order:payment',
      kind: 'call',
      isProxied: true,
      url: '',
      breaker: {
        name: 'order:payment',
        state: 'half_open',
        since: now - 2000,
        failureRate: 0.967,
        slowRate: 0,
        calls: 30,
        openRemainingMs: 0,
      },
    },
    { name: 'order:stock', kind: 'follow', isProxied: true, url: '', breaker: null },
  ],
  faults: [fault],
}

test('status tells services, edges and faults', () => {
  expect(plain(statusView(status, now))).toBe(`shop runs in /home/ada/shop

SERVICE  STATE  PID  URL                    RESTARTS  FOR
order    ready  41   http://127.0.0.1:4001  0         1m5s
payment  held   -    http://127.0.0.1:4002  2         0s    kept down by fault f1

EDGE             BREAKER
order → payment  half-open  for 2s, 97 % of 30 calls failed
order ⇢ stock    none

FAULT  KIND  TARGET   STATE   ENDS
f1     kill  payment  active  in 25s  pid 42 ended by SIGKILL

Faults are halted; allow them again with \`msvc chaos halt --lift\`.`)
})

test('status has no place for a fault that failed and was undone, and no guess about a caller that is down', () => {
  const failed: FaultStatus = {
    ...fault,
    id: 'f2',
    state: 'failed',
    healedAt: now,
    detail: 'it touched nothing',
  }
  const stuck: FaultStatus = { ...fault, id: 'f3', state: 'failed', detail: 'it could not be healed' }
  const [edge] = status.edges
  const ofPayment = { ...edge!, name: 'payment:bank', breaker: null }
  const text = plain(statusView({ ...status, edges: [ofPayment], faults: [failed, stuck] }, now))
  expect(text).not.toContain('f2')
  expect(text).toContain('f3     kill  payment  failed')
  expect(text).toContain('payment → bank  - (payment is down)')
})

test.for([
  [['order:payment', 'payment:bank'], 'payment'],
  [['order:payment'], 'payment'],
] as const)('up suggests to kill what shows whether a failure stays contained: of %s', ([calls, victim]) => {
  const edges = calls.map((name) => ({
    name,
    kind: 'call' as const,
    isProxied: true,
    url: '',
    breaker: null,
  }))
  const entry = calls.length > 1 ? 'gateway' : 'order'
  const [first] = edges
  const all = calls.length > 1 ? [{ ...first!, name: 'gateway:order' }, ...edges] : edges
  const text = upView({ ...status, system: { ...status.system, entry }, edges: all }, now)
  expect(plain(text)).toContain(`msvc chaos kill ${victim} `)
})

test.for([
  [0, '0s'],
  [-20, '0s'],
  [1499, '1s'],
  [61_000, '1m1s'],
  [3_725_000, '1h2m'],
] as const)('%i ms reads %s', ([ms, text]) => {
  expect(roughly(ms)).toBe(text)
})

describe('faults', () => {
  test('one that was set tells how to end it', () => {
    expect(plain(setView(fault))).toBe(`kill payment: pid 42 ended by SIGKILL. It ends by itself in 30s.
Fault f1. End it early with msvc chaos heal f1, see it with msvc chaos status.`)
  })

  test('none are said to be none', () => {
    expect(plain(faultsView({ halted: false, faults: [] }, now))).toBe('No fault was set since `msvc up`.')
    expect(healedView([])).toBe('No fault was open.')
  })

  test('one that could not be healed is not called healed', () => {
    const failed: FaultStatus = {
      ...fault,
      state: 'failed',
      detail: 'it could not be healed: payment is crash-looped',
    }
    expect(plain(healedView([failed]))).toBe(
      'f1 (kill payment): it could not be healed: payment is crash-looped.',
    )
    expect(plain(endView(failed))).toBe('kill payment (f1): it could not be healed: payment is crash-looped.')
  })

  test.for([
    ['kill', 'payment', 1200, 'kill payment: back in 2 s · Ctrl-C ends it now'],
    ['cpu', 'order', 9000, 'cpu order: ends in 9 s · Ctrl-C ends it now'],
    ['latency', 'order:payment', 500, 'latency order:payment: ends in 1 s · Ctrl-C ends it now'],
    ['latency', 'order:payment', 0, 'the lease has ended; waiting until all is well again'],
  ] as const)('the countdown of %s %s with %i ms left', ([kind, target, leftMs, said]) => {
    expect(plain(countdown({ kind, target }, leftMs))).toBe(said)
  })
})

test.for([
  [
    'service.exited',
    'order',
    { pid: 1, code: 1, signal: null, expected: false },
    '+1500 ms  order ended by itself (pid 1, code 1)',
  ],
  [
    'service.exited',
    'order',
    { pid: 1, code: null, signal: 'SIGKILL', expected: true },
    '+1500 ms  order ended (SIGKILL)',
  ],
  [
    'service.crash-looped',
    'order',
    { exits: 5, withinMs: 9, lastLines: ['no such table'] },
    '+1500 ms  order keeps crashing: 5 times; it is not started again\n            no such table',
  ],
  [
    'breaker.transition',
    'order:payment',
    { from: 'open', to: 'half_open', reason: 'probed' },
    '+1500 ms  breaker order → payment: open → half-open probed',
  ],
  [
    'fault.healed',
    'fault:f1',
    { kind: 'kill', target: 'payment', by: 'lease', afterMs: 3 },
    '+1500 ms  kill payment healed (lease)',
  ],
] as const)('%s reads well', ([type, subject, data, text]) => {
  const event = { v: 1, seq: 1, at: now + 1500.4, source: 'agent', type, subject, data } as SystemEvent
  expect(plain(eventLine(event, now)).trim()).toBe(text)
})

describe('a log line', () => {
  const at = Date.UTC(2026, 0, 2, 3, 4, 5, 6)
  const show = (line: string, stream: 'stdout' | 'stderr' = 'stdout') =>
    plain(logView(['order', 'gateway'])({ service: 'order', at, stream, line }))

  test.for([
    {
      says: 'of pino by number',
      line: `{"level":50,"time":${at},"msg":"declined","orderId":"o1","pid":9}`,
      text: 'order   │ 03:04:05.006 ERROR declined orderId=o1',
    },
    {
      says: 'of pino by label',
      line: `{"level":"info","time":${at},"msg":"ready","trace_id":"0123456789abcdef","span_id":"x"}`,
      text: 'order   │ 03:04:05.006 INFO  ready trace_id=01234567',
    },
    {
      says: 'with an error',
      line: `{"level":50,"time":${at},"msg":"failed","err":{"type":"TypeError","message":"x is not a function","stack":"…"}}`,
      text: 'order   │ 03:04:05.006 ERROR failed err=TypeError: x is not a function',
    },
    {
      says: 'of another program',
      line: 'Listening on 4001',
      text: 'order   │ 03:04:05.006 Listening on 4001',
    },
    { says: 'that only begins like JSON', line: '{"level":30', text: 'order   │ 03:04:05.006 {"level":30' },
    { says: 'of JSON without a level', line: '{"a":1}', text: 'order   │ 03:04:05.006 {"a":1}' },
  ])('$says', ({ line, text }) => {
    expect(show(line)).toBe(text)
  })
})
