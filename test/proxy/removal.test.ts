// The worst bug of Toxiproxy is a toxic whose removal hangs, and the whole API with it. Here: chains of
// any length and kind, clients that do not read, servers that do not read, and everything still sending.

import { expect, test } from 'vitest'
import { removalTrial, type RemovalTrial } from './removal-trial.ts'

test(
  'removing toxics is quick, whatever the chain and whoever does not read',
  { timeout: 60_000 },
  async () => {
    const trials: RemovalTrial[] = []
    for (let seed = 1; seed <= 12; seed++)
      trials.push(await removalTrial({ seed, connections: 16, removals: 4 }))
    const waits = trials.flatMap(({ removalMs }) => removalMs)
    expect(waits.length).toBe(48)
    // The target is 50 ms at the 99th percentile; this machine may be busy with other tests.
    expect(Math.max(...waits)).toBeLessThan(500)
    expect(trials.filter(({ isWhole }) => !isWhole)).toEqual([])
  },
)
