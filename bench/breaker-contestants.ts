// One call through each contestant, as cheap as each allows: the breaker alone, the whole stack
// (bulkhead, breaker, attempt timeout), and a refusal.

import {
  bulkhead,
  circuitBreaker,
  handleAll,
  SamplingBreaker,
  timeout,
  TimeoutStrategy,
  wrap,
} from 'cockatiel'
import CircuitBreaker from 'opossum'
import { createBreaker } from '../templates/system/platform/src/breaker.ts'
import { systemClock } from '../templates/system/platform/src/clock.ts'
import { resolvePolicy } from '../templates/system/platform/src/policy-config.ts'
import { createPolicy } from '../templates/system/platform/src/policy.ts'
import { systemTimers } from '../templates/system/platform/src/timers.ts'

export interface Contestant {
  name: string
  call: () => unknown
  close?: () => void
}

// The callee: one turn of the microtask queue, nothing else.
const callee = async (): Promise<number> => 200

const bare: Contestant = { name: 'bare async', call: callee }
const times = { slowAfterMs: 500, trialTimeoutMs: 2000 }
const rolling = {
  rollingCountTimeout: 10_000,
  rollingCountBuckets: 10,
  rollingPercentilesEnabled: false,
  volumeThreshold: 20,
  errorThresholdPercentage: 50,
}
const sampling = (): SamplingBreaker =>
  new SamplingBreaker({ threshold: 0.5, duration: 10_000, minimumRps: 2 })

export function breakersAlone(): Contestant[] {
  const ours = createBreaker({ name: 'order:payment', clock: systemClock, ...times })
  const oursAwaited = createBreaker({ name: 'order:payment', clock: systemClock, ...times })
  const opossum = new CircuitBreaker(callee, { ...rolling, timeout: false })
  // With its percentiles and its timeout, which the other one is spared.
  const asItComes = new CircuitBreaker(callee)
  const cockatiel = circuitBreaker(handleAll, { halfOpenAfter: 1000, breaker: sampling() })
  return [
    bare,
    {
      name: 'ours',
      call() {
        const permit = ours.acquire()
        if (!permit.admitted) throw new Error('refused')
        return callee().then(
          (status) => {
            permit.succeed()
            return status
          },
          (error: unknown) => {
            permit.fail()
            throw error
          },
        )
      },
    },
    {
      // The same as most would write it; the frame of the async function is what it costs more.
      name: 'ours, in an async function',
      async call() {
        const permit = oursAwaited.acquire()
        if (!permit.admitted) throw new Error('refused')
        try {
          const status = await callee()
          permit.succeed()
          return status
        } catch (error) {
          permit.fail()
          throw error
        }
      },
    },
    { name: 'opossum 10', call: () => opossum.fire(), close: () => opossum.shutdown() },
    { name: 'opossum 10, defaults', call: () => asItComes.fire(), close: () => asItComes.shutdown() },
    { name: 'cockatiel 4', call: () => cockatiel.execute(callee) },
  ]
}

export function fullStacks(): Contestant[] {
  const ours = createPolicy<number>(resolvePolicy('inside'), {
    name: 'order:payment',
    clock: systemClock,
    timers: systemTimers,
    random: Math.random,
    classify: (status) => (status < 500 ? 'ok' : 'fail'),
  })
  const opossum = new CircuitBreaker(callee, { ...rolling, timeout: 1000, capacity: 64 })
  const cockatiel = wrap(
    bulkhead(64, 0),
    circuitBreaker(handleAll, { halfOpenAfter: 1000, breaker: sampling() }),
    timeout(1000, TimeoutStrategy.Aggressive),
  )
  return [
    bare,
    { name: 'ours', call: () => ours.call(callee), close: () => ours.close() },
    { name: 'opossum 10', call: () => opossum.fire(), close: () => opossum.shutdown() },
    { name: 'cockatiel 4', call: () => cockatiel.execute(callee) },
  ]
}

export async function refusals(): Promise<Contestant[]> {
  const ours = createBreaker({ name: 'order:payment', clock: systemClock, ...times })
  ours.force('forced_open', 600_000)
  const policy = createPolicy<number>(resolvePolicy('inside'), {
    name: 'order:payment',
    clock: systemClock,
    timers: systemTimers,
    random: Math.random,
    classify: () => 'ok',
  })
  policy.breaker.force('forced_open', 600_000)
  const opossum = new CircuitBreaker(callee, { ...rolling, timeout: false, resetTimeout: 600_000 })
  opossum.open()
  const cockatiel = circuitBreaker(handleAll, { halfOpenAfter: 600_000, breaker: sampling() })
  // Open, not isolated: what traffic meets in an outage.
  const broken = (): Promise<never> => Promise.reject(new Error('broken'))
  for (let count = 0; count < 100; count += 1) await cockatiel.execute(broken).catch(() => {})
  return [
    bare,
    { name: 'ours, acquire()', call: () => ours.acquire() },
    { name: 'ours, whole policy', call: () => policy.call(callee), close: () => policy.close() },
    { name: 'opossum 10', call: () => opossum.fire().catch(ignored), close: () => opossum.shutdown() },
    { name: 'cockatiel 4', call: () => cockatiel.execute(callee).catch(ignored) },
  ]
}

const ignored = (): void => {}
