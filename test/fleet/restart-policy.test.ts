import { describe, expect, test } from 'vitest'
import { planRestart, type RestartPolicy } from '../../src/fleet/restart-policy.ts'

const policy: RestartPolicy = { firstDelayMs: 250, maximumDelayMs: 1000, exits: 5, withinMs: 60_000 }

describe('planRestart', () => {
  test.for([
    {
      says: 'the first exit is answered soon',
      exits: [0],
      plan: { kind: 'after', delayMs: 250, attempt: 1 },
    },
    {
      says: 'the second waits twice as long',
      exits: [0, 300],
      plan: { kind: 'after', delayMs: 500, attempt: 2 },
    },
    {
      says: 'the third twice again',
      exits: [0, 300, 900],
      plan: { kind: 'after', delayMs: 1000, attempt: 3 },
    },
    {
      says: 'the delay has a cap',
      exits: [0, 300, 900, 2000],
      plan: { kind: 'after', delayMs: 1000, attempt: 4 },
    },
    {
      says: 'the fifth within the window is a crash loop',
      exits: [0, 300, 900, 2000, 3100],
      plan: { kind: 'never', exits: 5, withinMs: 3100 },
    },
    {
      says: 'exits before the window are forgotten',
      exits: [0, 300, 900, 2000, 70_000],
      plan: { kind: 'after', delayMs: 250, attempt: 1 },
    },
    {
      says: 'an exit as old as the window does not count',
      exits: [0, 1, 2, 3, 60_000],
      plan: { kind: 'after', delayMs: 1000, attempt: 4 },
    },
  ])('$says', ({ exits, plan }) => {
    expect(planRestart(exits, policy)).toEqual(plan)
  })
})
