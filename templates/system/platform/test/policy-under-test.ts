// A policy in virtual time, and attempts that do what the test says.

import assert from 'node:assert/strict'
import type { Attempt } from '../src/attempt-timeout.ts'
import type { Transition } from '../src/breaker.ts'
import type { Verdict } from '../src/classify.ts'
import { createPolicy, type CallOptions, type PolicyResult, type PolicyTools } from '../src/policy.ts'
import { resolvePolicy, type PolicyOverrides } from '../src/policy-config.ts'
import { createVirtualTime } from './fake-timers.ts'

export interface Answer {
  status: number
  retryAfterMs?: number
}

const verdictOf = ({ status }: Answer): Verdict =>
  status >= 500 ? 'fail' : status === 429 ? 'busy' : status === 0 ? 'ignore' : 'ok'

export function setUp(overrides: PolicyOverrides = {}, tools: Partial<PolicyTools<Answer>> = {}) {
  const { clock, timers, pass, waiting } = createVirtualTime()
  const transitions: Transition[] = []
  const policy = createPolicy<Answer>(resolvePolicy('inside', [overrides]), {
    name: 'order:payment',
    clock,
    timers,
    random: () => 0.5,
    classify: verdictOf,
    retryAfterMs: ({ retryAfterMs }) => retryAfterMs,
    onTransition: (transition) => void transitions.push(transition),
    ...tools,
  })
  return { policy, clock, timers, pass, waiting, transitions }
}

/** Gives the answers one after another, the last one for ever, and keeps what each attempt was told. */
export function answering(...answers: (Answer | Error)[]) {
  const told: Attempt[] = []
  const attempt = async (each: Attempt): Promise<Answer> => {
    const answer = answers[Math.min(told.length, answers.length - 1)]
    told.push(each)
    if (answer instanceof Error || answer === undefined) throw answer
    return answer
  }
  return { attempt, told }
}

/** Ends only when it is cut. */
export const hanging = (attempt: Attempt): Promise<Answer> =>
  new Promise((_resolve, reject) => attempt.onCut((reason) => reject(new Error(reason))))

export type SetUp = ReturnType<typeof setUp>

export async function outcome(
  { policy, pass }: SetUp,
  attempt: (attempt: Attempt) => Promise<Answer>,
  options?: CallOptions<Answer>,
): Promise<PolicyResult<Answer>> {
  const result = policy.call(attempt, options)
  await pass(10_000)
  return result
}

export async function openIt({ policy, pass }: SetUp): Promise<void> {
  const { attempt } = answering({ status: 500 })
  for (let count = 0; policy.breaker.state === 'closed'; count += 1) {
    assert.ok(count < 1000)
    await policy.call(attempt)
    await pass(10)
  }
}
