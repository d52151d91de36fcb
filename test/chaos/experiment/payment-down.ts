// An experiment as a file has it, its surroundings, and events by the second: what the tests of the pure
// part start from.

import {
  experimentOf,
  readExperiment,
  type Surroundings,
} from '../../../src/chaos/experiment/read-experiment.ts'
import type { Experiment } from '../../../src/chaos/experiment/experiment.ts'
import type { Known } from '../../../src/chaos/experiment/moments.ts'
import { nothingYet, observe, type Observed } from '../../../src/chaos/experiment/observed.ts'
import { faultKinds } from '../../../src/chaos/faults.ts'
import type {
  BreakerState,
  EventDraft,
  LoadInterval,
  OutcomeCounts,
  SystemEvent,
} from '../../../src/events.ts'
import { parseSystem } from '../../../src/system/parse-system.ts'

export const paymentDown = `apiVersion: msvc/v1
kind: Experiment
metadata: {name: payment-down}
seed: 42
load: {rps: 100, scenario: checkout}
steadyState:
  probes:
    - {name: orders-ok, metric: success_rate, route: POST /orders, min: 0.99, window: 2s}
    - {name: fast, metric: latency_p99, max: 2x, window: 2s}
    - {name: order-ready, http: {service: order, path: /readyz}}
method:
  - at: 5s
    fault: kill
    target: {service: payment}
    for: 4s
    expect:
      - {breaker: order:payment, state: open, within: 500ms}
      - {probe: orders-ok, during: true}
recover: {within: 3s, breaker: closed}
halt: [{metric: success_rate, below: 0.5, for: 3s}]
limits: {maxDuration: 2m}
`

const shop = `apiVersion: msvc/v1
kind: System
name: shop
entry: gateway
services:
  gateway: {path: a, dependsOn: [order]}
  order: {path: b, dependsOn: [payment]}
  payment: {path: c}
  notification: {path: d, follows: [order]}
`

export const surroundings: Surroundings = {
  system: parseSystem(shop, 'msvc.yaml'),
  requests: [
    { name: 'read order', asks: ['GET /orders/{{orderId}}'] },
    { name: 'place order', asks: ['POST /orders'] },
  ],
  kinds: faultKinds,
}

export const experimentIn = (text: string): Experiment =>
  experimentOf(readExperiment(text, 'payment-down.yaml'), surroundings)

/** Epoch ms of the first arrival. */
export const start = 1_000_000

/** Encoded histograms are numbers here: the response time in ms, and the worst of several is the percentile. */
export const known = (more: Partial<Known> = {}): Known => ({
  loadStartedAt: start,
  faultIds: ['f1'],
  knownUntil: Number.POSITIVE_INFINITY,
  isOver: true,
  quantileMs: (histograms) => (histograms.length === 0 ? null : Math.max(...histograms.map(Number))),
  ...more,
})

export const seen = (...events: readonly (EventDraft | EventDraft[])[]): Observed =>
  events
    .flat()
    .map((event, index) => ({ ...event, v: 1, seq: index + 1 }) as SystemEvent)
    .reduce(observe, nothingYet)

/** Seconds of load from one to before another; 100 arrivals each, a fifth of them orders. */
export const load = (
  from: number,
  to: number,
  { failed = 0, ms = 5, lateMs = 0 }: { failed?: number; ms?: number; lateMs?: number } = {},
): EventDraft[] =>
  Array.from({ length: to - from }, (_, index): EventDraft => {
    const orders: OutcomeCounts = { ok: 20 - failed, ...(failed > 0 && { timeout: failed }) }
    const percentiles = (ms: number) => ({ p50: ms, p90: ms, p99: ms, p999: ms, max: ms })
    const data: LoadInterval = {
      second: from + index,
      scheduled: 100,
      outcomes: { ...orders, ok: 100 - failed },
      requests: { 'place order': orders, 'read order': { ok: 80 } },
      responseMs: percentiles(ms),
      serviceMs: percentiles(ms),
      lagMs: percentiles(lateMs),
      responseHistogram: String(ms),
      requestHistograms: { 'place order': String(ms), 'read order': String(ms) },
    }
    return { at: at(from + index + 1), source: 'load', type: 'load.interval', subject: 'run:r', data }
  })

export const at = (second: number): number => start + second * 1000

export const faultTold = (
  second: number,
  ...types: ('applied' | 'bit' | 'healed' | 'failed')[]
): EventDraft[] => {
  const about = { kind: 'kill', target: 'payment' }
  const data = {
    applied: { ...about, pids: [42], afterMs: 1 },
    bit: { ...about, evidence: 'pid 42 ended by SIGKILL', afterMs: 2 },
    healed: { ...about, by: 'lease', afterMs: 4000 },
    failed: { ...about, reason: 'it touched nothing' },
  }
  return types.map(
    (type) =>
      ({
        at: at(second),
        source: 'agent',
        type: `fault.${type}`,
        subject: 'fault:f1',
        data: data[type],
      }) as EventDraft,
  )
}

export const breaker = (second: number, from: BreakerState, to: BreakerState): EventDraft => ({
  at: at(second),
  source: 'service:order',
  type: 'breaker.transition',
  subject: 'order:payment',
  data: { from, to, reason: '' },
})

export const answered = (second: number, ok: boolean): EventDraft => ({
  at: at(second),
  source: 'agent',
  type: 'probe.result',
  subject: 'run:r',
  data: { name: 'order-ready', ok, observed: ok ? '200' : '503' },
})

/** Everything goes as it should. */
export const goodRun: readonly EventDraft[] = [
  answered(1, true),
  ...load(0, 5),
  ...faultTold(5, 'applied', 'bit'),
  breaker(5.3, 'closed', 'open'),
  ...load(5, 9),
  ...faultTold(9, 'healed'),
  breaker(9.4, 'open', 'half_open'),
  breaker(9.5, 'half_open', 'closed'),
  ...load(9, 16),
]
