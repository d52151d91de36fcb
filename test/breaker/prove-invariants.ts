// Many random lives; throws with seed and counterexample, the shortest one unless that is not wanted.

import fc from 'fast-check'
import { fractions } from './fractions.ts'
import { walk, type Coverage, type CreateBreaker } from './invariants.ts'
import { operations } from './operations.ts'

export function proveInvariants(
  createBreaker: CreateBreaker,
  { runs, seed, shrink = true }: { runs: number; seed: number; shrink?: boolean },
): Coverage {
  const coverage: Coverage = new Map()
  fc.assert(
    fc.property(operations, fc.integer(), (life, chance) => {
      walk(createBreaker, life, coverage, fractions(chance))
    }),
    { numRuns: runs, seed, endOnFailure: !shrink },
  )
  return coverage
}
