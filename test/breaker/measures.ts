// What the breaker and the policy do in simulated time: the same figures for the tests, which hold them
// against the bars, and for the bench, which prints them.

import type { Breaker, BreakerOptions } from '../../templates/system/platform/src/breaker.ts'
import type { Permit } from '../../templates/system/platform/src/breaker.ts'
import type { Policy, PolicyTools } from '../../templates/system/platform/src/policy.ts'
import type { PolicyConfig } from '../../templates/system/platform/src/policy-config.ts'
import { fractions } from './fractions.ts'
import { createSimulation, type Simulation } from './simulation.ts'

/** The modules that are measured: the platform's own, or a copy with a fault in it. */
export interface Platform {
  createBreaker: (options: BreakerOptions) => Breaker
  createPolicy: <T>(config: PolicyConfig, tools: PolicyTools<T>) => Policy<T>
  resolvePolicy: (place: 'edge' | 'inside') => PolicyConfig
}

const times = { slowAfterMs: 500, trialTimeoutMs: 2000 }
const healthyMs = 15_000

/** A callee that answers for 15 s and then refuses connections, each within a millisecond. */
export function deadCallee(
  { createBreaker }: Pick<Platform, 'createBreaker'>,
  ratePerSecond: number,
): { openedAfterMs: number; leaked: number; worstSynchronousMs: number } {
  let nowMs = 0
  const breaker = createBreaker({
    name: 'order:payment',
    clock: { monotonicMs: () => nowMs, epochMs: () => nowMs },
    ...times,
  })
  let leaked = 0
  let worstSynchronousMs = 0
  for (let arrival = 0; ; arrival += 1) {
    const arrivedMs = (arrival * 1000) / ratePerSecond
    const isDead = arrivedMs >= healthyMs
    nowMs = arrivedMs
    const began = performance.now()
    const permit = breaker.acquire()
    if (permit.admitted) {
      nowMs += 1
      if (isDead) {
        leaked += 1
        permit.fail()
      } else permit.succeed()
    }
    if (isDead) worstSynchronousMs = Math.max(worstSynchronousMs, performance.now() - began)
    if (breaker.state !== 'closed') return { openedAfterMs: nowMs - healthyMs, leaked, worstSynchronousMs }
    if (arrivedMs > healthyMs + 60_000) return { openedAfterMs: Infinity, leaked, worstSynchronousMs }
  }
}

type Answer = 'well' | 'broken'

function policyFor(
  { createPolicy }: Platform,
  config: PolicyConfig,
  { clock, timers }: Simulation,
  random: () => number,
): Policy<Answer> {
  return createPolicy<Answer>(config, {
    name: 'order:payment',
    clock,
    timers,
    random,
    classify: (answer) => (answer === 'well' ? 'ok' : 'fail'),
  })
}

/** A callee that answers for 5 s and then never again, behind a bulkhead of 64. */
export async function hungCallee(
  platform: Platform,
  ratePerSecond: number,
): Promise<{ openedAfterMs: number; attemptTimeoutMs: number; mostInFlight: number }> {
  const simulation = createSimulation()
  const { clock } = simulation
  const config = platform.resolvePolicy('inside')
  const policy = policyFor(platform, config, simulation, fractions(1))
  const hangsFromMs = 5000
  let openedAfterMs = Number.POSITIVE_INFINITY
  let mostInFlight = 0
  const arrive = (): void => {
    if (policy.breaker.state !== 'closed') return
    void policy.call(async (attempt) => {
      if (clock.monotonicMs() < hangsFromMs) {
        await simulation.sleep(5)
        return 'well'
      }
      return new Promise<Answer>((_resolve, reject) => attempt.onCut(() => reject(new Error('cut'))))
    })
    mostInFlight = Math.max(mostInFlight, policy.bulkhead.inFlight)
  }
  const endMs = hangsFromMs + 3000
  for (let ms = 0; ms < endMs; ms += 1000 / ratePerSecond) simulation.at(ms, arrive)
  for (let ms = hangsFromMs; ms < endMs && openedAfterMs === Number.POSITIVE_INFINITY; ms += 5) {
    await simulation.runUntil(ms)
    if (policy.breaker.state === 'open') openedAfterMs = ms - hangsFromMs
  }
  policy.close()
  return { openedAfterMs, attemptTimeoutMs: config.attemptTimeoutMs, mostInFlight }
}

/** 10,000 callers in the moment in which the open time is over; nothing passes but promises. */
export async function halfOpenCrowd(
  platform: Platform,
): Promise<{ admitted: number; refused: number; queued: number }> {
  const simulation = createSimulation()
  const policy = policyFor(platform, platform.resolvePolicy('inside'), simulation, fractions(1))
  for (let count = 0; count < 20; count += 1) {
    simulation.at(count, () => void policy.call(() => Promise.reject(new Error('away'))))
  }
  await simulation.runUntil(2000)
  let admitted = 0
  let refused = 0
  for (let caller = 0; caller < 10_000; caller += 1) {
    void policy
      .call(() => {
        admitted += 1
        return new Promise<Answer>(() => {})
      })
      .then((result) => {
        if (result.kind === 'refused') refused += 1
      })
  }
  await new Promise<void>((resolve) => queueMicrotask(() => process.nextTick(resolve)))
  policy.close()
  return { admitted, refused, queued: 10_000 - admitted - refused }
}

/** Random steps; how many transitions came from a permit of an earlier generation. */
export function staleTransitions(
  { createBreaker }: Pick<Platform, 'createBreaker'>,
  steps: number,
  seed: number,
): { byStale: number; staleEnds: number; transitions: number } {
  const fraction = fractions(seed)
  let nowMs = 0
  let transitions = 0
  const breaker = createBreaker({
    name: 'order:payment',
    clock: { monotonicMs: () => nowMs, epochMs: () => nowMs },
    random: fraction,
    onTransition: () => (transitions += 1),
    ...times,
  })
  const underway: { permit: Permit; generation: number }[] = []
  let byStale = 0
  let staleEnds = 0
  for (let step = 0; step < steps; step += 1) {
    nowMs += fraction() < 0.02 ? fraction() * 1500 : fraction() * 10
    const permit = underway.length < 60 ? breaker.acquire() : undefined
    // An acquire may be what lets time pass; the permit belongs to the generation after that.
    if (permit?.admitted === true) underway.push({ permit, generation: transitions })
    if (underway.length === 0 || fraction() < 0.4) continue
    const index = Math.floor(fraction() * underway.length)
    const [call] = underway.splice(index, 1)
    const before = transitions
    const isStale = call!.generation !== before
    if (fraction() < 0.5) call!.permit.succeed()
    else call!.permit.fail()
    if (isStale) {
      staleEnds += 1
      byStale += transitions - before
    }
  }
  return { byStale, staleEnds, transitions }
}

/** Three guarded hops in a row; the last callee fails its share of the calls. */
export async function retryAmplification(
  platform: Platform,
  { failing, ratePerSecond, forMs }: { failing: number; ratePerSecond: number; forMs: number },
): Promise<{ requests: number; callsPerHop: number[]; succeeded: number }> {
  const simulation = createSimulation()
  const fraction = fractions(7)
  const hops = (['edge', 'inside', 'inside'] as const).map((place) =>
    policyFor(platform, platform.resolvePolicy(place), simulation, fraction),
  )
  const callsPerHop = hops.map(() => 0)
  let requests = 0
  let succeeded = 0
  simulation.at(0, arrive)
  await simulation.runUntil(forMs + 5000)
  for (const hop of hops) hop.close()
  return { requests, callsPerHop, succeeded }

  function arrive(): void {
    requests += 1
    void through(0).then((answer) => {
      if (answer === 'well') succeeded += 1
    })
    const nextMs = simulation.clock.monotonicMs() + 1000 / ratePerSecond
    if (nextMs < forMs) simulation.at(nextMs, arrive)
  }

  async function through(index: number): Promise<Answer> {
    const hop = hops[index]
    if (hop === undefined) {
      await simulation.sleep(3)
      return fraction() < failing ? 'broken' : 'well'
    }
    const result = await hop.call(
      () => {
        callsPerHop[index]! += 1
        return through(index + 1)
      },
      { mayRetry: index === 0 },
    )
    return result.kind === 'done' ? result.value : 'broken'
  }
}
