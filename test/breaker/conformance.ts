// Which contender has which flaw: examined, and as a table for docs/breaker.md.
//
//   node test/breaker/conformance.ts      writes the table into the page

import { cockatiel } from './contenders/cockatiel.ts'
import type { Contender } from './contenders/contender.ts'
import { naive } from './contenders/naive.ts'
import { opossum } from './contenders/opossum.ts'
import { ours } from './contenders/ours.ts'
import { flaws, type Finding, type Flaw } from './flaws.ts'
import { markdownTable, putTable } from '../fixtures/page-table.ts'
import { virtualTime } from './virtual-time.ts'

export const contenders: Contender[] = [ours, opossum, cockatiel, naive]

export async function examine(flaw: Flaw, contender: Contender): Promise<Finding> {
  using time = virtualTime()
  return await flaw.examine(contender, time)
}

export async function conformanceTable(): Promise<string> {
  const rows: string[][] = []
  const passed = contenders.map(() => 0)
  for (const flaw of flaws) {
    const cells: string[] = []
    for (const [index, contender] of contenders.entries()) {
      const { passes, saw } = await examine(flaw, contender)
      if (passes) passed[index]! += 1
      cells.push(passes ? 'yes' : `**no**: ${saw}`)
    }
    rows.push([`${flaw.id}: ${flaw.demand}`, ...cells])
  }
  rows.push(['**passed**', ...passed.map((count) => `**${count} of ${flaws.length}**`)])
  return markdownTable(['a breaker without the flaw', ...contenders.map(({ name }) => name)], rows)
}

if (import.meta.main) await putTable('conformance', await conformanceTable())
