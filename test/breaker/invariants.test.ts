// Random lives of a breaker beside an independent model. BREAKER_SEED repeats a run, BREAKER_RUNS makes
// it longer.

import { expect, test } from 'vitest'
import { createBreaker } from '../../templates/system/platform/src/breaker.ts'
import { proveInvariants } from './prove-invariants.ts'

const seed = Number(process.env['BREAKER_SEED'] ?? Math.trunc(Math.random() * 2 ** 31))

const prove = (runs: number) => (): void => {
  const taken = Object.fromEntries(proveInvariants(createBreaker, { runs, seed }))
  // A property that never sees an arrow proves nothing about it.
  for (const arrow of mustBeTaken) expect(taken[arrow] ?? 0, arrow).toBeGreaterThan(runs / 50)
}

const many = Number(process.env['BREAKER_RUNS'] ?? 5000)
test(`the ten invariants hold in 1000 random lives (seed ${seed})`, { timeout: 60_000 }, prove(1000))
test(`the ten invariants hold in ${many} random lives (seed ${seed})`, { tags: ['slow'] }, prove(many))

const mustBeTaken = [
  'closed>open (failure rate)',
  'closed>open (slow rate)',
  'closed>open (fast trip)',
  'open>half_open (probe)',
  'open>half_open (time)',
  'half_open>open (failed trial)',
  'half_open>open (slow trial)',
  'half_open>open (hang)',
  'half_open>closed (trials)',
  'closed>forced_open (force)',
  'open>forced_open (force)',
  'half_open>disabled (force)',
  'forced_open>closed (ttl)',
  'disabled>closed (auto)',
]

test('two seeds make two lives', () => {
  const one = proveInvariants(createBreaker, { runs: 20, seed: 1 })
  expect(proveInvariants(createBreaker, { runs: 20, seed: 1 })).toEqual(one)
  expect(proveInvariants(createBreaker, { runs: 20, seed: 2 })).not.toEqual(one)
})
