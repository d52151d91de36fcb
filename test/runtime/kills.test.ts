// The short version of `npm run soak -- kills`: real processes, kill -9 under load, and a provider that loses
// every fifth answer; judged as `msvc verify` judges. The mutants of each guarantee are in test/soak.

import { beforeAll, expect, test } from 'vitest'
import { renderedSystem } from '../fixtures/rendered-system.ts'
import { killRounds } from '../soak/kills.ts'
import { guaranteeMutants, plant } from '../soak/mutants.ts'

const slow = { tags: ['slow' as const] }

beforeAll(() => {
  process.env['SANDBOX_LOST_ANSWERS'] = '0.2'
})

test('services that are killed under load lose nothing and charge nobody twice', slow, async () => {
  await using system = await renderedSystem()
  const results = await killRounds({ root: system.root, rounds: 4, seed: 1, roundMs: 2500, settleMs: 60_000 })
  expect(results.flatMap(({ broken }) => broken)).toEqual([])
  expect(results.map(({ verdict }) => verdict)).toEqual(['PASS', 'PASS', 'PASS', 'PASS'])
  expect(results.flatMap(({ killed }) => killed).length).toBeGreaterThanOrEqual(4)
  expect(results.at(-1)?.acknowledged).toBeGreaterThan(50)
  expect(results.at(-1)?.refunds).toBeGreaterThan(0)
})

test('a system with a flaw does not pass: payment asks its provider without a key', slow, async () => {
  await using system = await renderedSystem()
  const mutant = guaranteeMutants.find(({ fault }) => fault.startsWith('payment asks the provider'))!
  await plant(system, mutant)
  const results = await killRounds({ root: system.root, rounds: 4, seed: 1, roundMs: 2500, settleMs: 10_000 })
  expect(results.at(-1)?.broken.join('\n')).toMatch(mutant.complaint)
})
