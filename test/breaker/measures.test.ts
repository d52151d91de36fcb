// The bars that can be checked in simulated time; `npm run bench -- breaker` prints the figures.

import { describe, expect, test } from 'vitest'
import { createBreaker } from '../../templates/system/platform/src/breaker.ts'
import { createPolicy } from '../../templates/system/platform/src/policy.ts'
import { resolvePolicy } from '../../templates/system/platform/src/policy-config.ts'
import {
  deadCallee,
  halfOpenCrowd,
  hungCallee,
  retryAmplification,
  staleTransitions,
  type Platform,
} from './measures.ts'
import { stackQuestions } from './stack-questions.ts'

const platform: Platform = { createBreaker, createPolicy, resolvePolicy }

test.each([50, 200, 1000, 3000, 10_000])('a dead callee at %i calls a second opens it in time', (rate) => {
  const { openedAfterMs, leaked } = deadCallee(platform, rate)
  expect(openedAfterMs).toBeLessThanOrEqual(28_000 / rate + 300)
  expect(leaked).toBeLessThanOrEqual(3000)
})

test.each([50, 200, 1000, 5000])('a hung callee at %i calls a second opens it in time', async (rate) => {
  const { openedAfterMs, attemptTimeoutMs, mostInFlight } = await hungCallee(platform, rate)
  expect(openedAfterMs).toBeLessThanOrEqual(attemptTimeoutMs + 28_000 / rate + 300)
  expect(mostInFlight).toBeLessThanOrEqual(64)
})

test('half-open admits 3 of 10,000 and refuses the rest in the same tick', async () => {
  expect(await halfOpenCrowd(platform)).toEqual({ admitted: 3, refused: 9997, queued: 0 })
})

test('late answers cause no transition in a million steps', () => {
  const { byStale, staleEnds, transitions } = staleTransitions(platform, 1_000_000, 1)
  expect(byStale).toBe(0)
  expect(staleEnds).toBeGreaterThan(5000)
  expect(transitions).toBeGreaterThan(1000)
})

test.each(stackQuestions)('%s', (_what, ask) => ask(platform))

describe('three hops ask at most 1.1 × the requests + 1 a second', () => {
  test.each([
    [1, 100],
    [0.3, 100],
    [0.3, 20],
    [0, 100],
  ])('%f failing at %i a second', async (failing, ratePerSecond) => {
    const forMs = 30_000
    const { requests, callsPerHop, succeeded } = await retryAmplification(platform, {
      failing,
      ratePerSecond,
      forMs,
    })
    expect(requests).toBe((ratePerSecond * forMs) / 1000)
    for (const calls of callsPerHop) expect(calls).toBeLessThanOrEqual(1.1 * requests + forMs / 1000)
    if (failing === 0) expect(succeeded).toBe(requests)
    if (failing === 0.3) expect(callsPerHop[0]).toBeGreaterThan(requests) // it does retry
  })
})
