// No residue: whatever is killed at whatever moment of a fault, nothing of it is left; see test/soak/residue.ts.
// `npm run soak -- residue 500` for the long version, or RESIDUE_TRIALS=500.

import { afterAll, beforeAll, expect, test } from 'vitest'
import { residueTrial, triedFaults } from '../soak/residue-plan.ts'
import { residueTrials, type ResidueTrials } from '../soak/residue.ts'

const trials = Number(process.env['RESIDUE_TRIALS'] ?? 12)
/** 250 on a machine of its own, which the soak asks for; tests share theirs. */
const healWithinMs = 2000

let system: ResidueTrials
beforeAll(() => {
  system = residueTrials()
})
afterAll(() => system[Symbol.asyncDispose](), 60_000)

test.runIf(process.platform === 'linux').for(Array.from({ length: trials }, (_, index) => index))(
  'trial %i leaves nothing',
  { tags: ['slow'] },
  async (number) => {
    const { residues, healMs = 0 } = await system.run(residueTrial(number))
    expect(residues).toEqual([])
    expect(healMs).toBeLessThan(healWithinMs)
  },
)

test('the number of a trial decides it; together they kill everything in every combination', () => {
  const all = Array.from({ length: 500 }, (_, number) => residueTrial(number))
  expect(residueTrial(7)).toEqual(all[7])
  expect(new Set(all.map(({ victims }) => victims.toSorted().join())).size).toBe(15)
  expect(new Set(all.map(({ fault, by }) => `${fault.kind} ${by}`)).size).toBe(
    new Set(triedFaults.map(({ kind }) => kind)).size * 2,
  )
})
