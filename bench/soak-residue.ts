// Nothing of a fault is left, whoever is killed at whatever moment, and what heals by itself does so in 250 ms.
//
//   npm run soak -- residue [trials] [first]     100 trials if not said, numbered from `first` (0)
//   npm run soak -- residue 500 --lanes 2        two systems at a time

import { parseArgs } from 'node:util'
import { residueTrial } from '../test/soak/residue-plan.ts'
import { residueTrials, type ResidueResult } from '../test/soak/residue.ts'

const healWithinMs = 250

export async function soakResidue(): Promise<boolean> {
  const { values, positionals } = parseArgs({
    args: process.argv.slice(3),
    options: { lanes: { type: 'string', default: '1' } },
    allowPositionals: true,
  })
  const [trials = '100', first = '0'] = positionals
  const numbers = Array.from({ length: Number(trials) }, (_, index) => Number(first) + index).values()
  const results: ResidueResult[] = []
  const startedAt = performance.now()

  async function lane(): Promise<void> {
    await using system = residueTrials()
    for (const number of numbers) {
      const result = await system.run(residueTrial(number))
      results.push(result)
      const { what, healMs, healer, residues } = result
      const isGood = residues.length === 0 && (healMs ?? 0) <= healWithinMs
      console.log(
        `${isGood ? '✔' : '✘'} ${what}: ${healMs === undefined ? 'nothing to heal' : `${healMs} ms`}, ${healer}`,
      )
      for (const text of residues) console.log(`    ${text}`)
    }
  }
  await Promise.all(Array.from({ length: Number(values.lanes) }, lane))

  for (const healer of ['agent', 'new proxies', 'lease', 'guard', 'next msvc'] as const) {
    const of = results.filter((result) => result.healer === healer)
    const healMs = of.flatMap((result) => result.healMs ?? []).toSorted((a, b) => a - b)
    const at = (share: number): number | undefined => healMs[Math.ceil(share * healMs.length) - 1]
    const times = healMs.length === 0 ? '' : `; healed p50 ${at(0.5)} p99 ${at(0.99)} max ${at(1)} ms`
    console.log(`${healer}: ${of.length} trials${times}`)
  }
  const failed = results.filter(({ residues }) => residues.length > 0).length
  const late = results.filter(({ healMs = 0 }) => healMs > healWithinMs).length
  const minutes = ((performance.now() - startedAt) / 60_000).toFixed(1)
  console.log(
    `${failed} of ${results.length} trials left something, ${late} healed later than ${healWithinMs} ms, in ${minutes} minutes`,
  )
  return failed === 0 && late === 0
}
