// What the policy must do where two of its layers meet. Each question throws when the answer is wrong.

import assert from 'node:assert/strict'
import { createSimulation } from './simulation.ts'
import type { Platform } from './measures.ts'

const broken = () => Promise.resolve('broken' as const)

function setUp({ createPolicy, resolvePolicy }: Platform, probe?: () => Promise<boolean>) {
  const simulation = createSimulation()
  const policy = createPolicy<'well' | 'broken'>(resolvePolicy('inside'), {
    ...simulation,
    name: 'order:payment',
    random: () => 0.5,
    ...(probe && { probe }),
    classify: (answer) => (answer === 'well' ? 'ok' : 'fail'),
  })
  return { simulation, policy }
}

export const stackQuestions: [string, (platform: Platform) => Promise<void>][] = [
  [
    'a call that may not be repeated is made once, also when there is a fallback',
    async (platform) => {
      const { simulation, policy } = setUp(platform)
      await simulation.runUntil(5000) // the budget has filled
      let attempts = 0
      const result = policy.call(
        () => {
          attempts += 1
          return broken()
        },
        { fallback: () => ({ kind: 'done', value: 'well' }) },
      )
      await simulation.runUntil(10_000)
      assert.deepEqual(await result, { kind: 'done', value: 'well' })
      assert.equal(attempts, 1)
    },
  ],
  [
    'the call that opens the circuit is answered at once and takes no retry',
    async (platform) => {
      const { simulation, policy } = setUp(platform)
      await simulation.runUntil(5000)
      for (let count = 0; count < 19; count += 1) await policy.call(broken)
      assert.equal(policy.breaker.state, 'closed')
      let isAnswered = false
      void policy.call(broken, { mayRetry: true }).then(() => (isAnswered = true))
      await simulation.runUntil(5000)
      assert.equal(policy.breaker.state, 'open')
      assert.ok(isAnswered, 'it waits for a retry that cannot be')
      assert.equal(policy.budget.retries, 0)
    },
  ],
  [
    'a retry that is refused leaves the answer of the attempt before it',
    async (platform) => {
      const { simulation, policy } = setUp(platform)
      await simulation.runUntil(5000)
      const result = policy.call(broken, { mayRetry: true })
      await simulation.runUntil(5001) // it waits for its retry
      policy.breaker.force('forced_open', 60_000)
      await simulation.runUntil(8000)
      assert.deepEqual(await result, { kind: 'done', value: 'broken' })
    },
  ],
  [
    'an answer to a probe of an earlier outage does not end this one',
    async (platform) => {
      const asked: ((isWell: boolean) => void)[] = []
      const probe = () => new Promise<boolean>((resolve) => void asked.push(resolve))
      const { simulation, policy } = setUp(platform, probe)
      for (let count = 0; count < 20; count += 1) await policy.call(broken)
      await simulation.runUntil(600)
      assert.equal(asked.length, 1)
      policy.breaker.force('disabled', 1000)
      policy.breaker.auto()
      for (let count = 0; count < 20; count += 1) await policy.call(broken)
      assert.equal(policy.breaker.state, 'open')
      asked[0]!(true)
      await simulation.runUntil(650)
      assert.equal(policy.breaker.state, 'open')
      policy.close()
    },
  ],
]
