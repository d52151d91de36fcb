// Many random lives; throws with seed and the shortest counterexample.

import fc from 'fast-check'
import { fractions } from './fractions.ts'
import { walk, type Coverage, type CreateBreaker } from './invariants.ts'
import { operations } from './operations.ts'

export function proveInvariants(
  createBreaker: CreateBreaker,
  { runs, seed }: { runs: number; seed: number },
): Coverage {
  const coverage: Coverage = new Map()
  fc.assert(
    fc.property(operations, fc.integer(), (life, chance) => {
      walk(createBreaker, life, coverage, fractions(chance))
    }),
    { numRuns: runs, seed },
  )
  return coverage
}
