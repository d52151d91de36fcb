// Fifteen flaws, four breakers. Ours has none of them; what the others do is recorded on the page.

import { describe, expect, test } from 'vitest'
import { conformanceTable, examine } from './conformance.ts'
import { naive } from './contenders/naive.ts'
import { ours } from './contenders/ours.ts'
import { flaws } from './flaws.ts'
import { tableOnPage } from '../fixtures/page-table.ts'

describe('ours', () => {
  test.each(flaws)('$id: $demand', async (flaw) => {
    expect(await examine(flaw, ours)).toMatchObject({ passes: true })
  })
})

// A question that everybody passes asks nothing. F10 is the one that the naive breaker passes by luck:
// its counter still stands at the limit when the trial fails.
test.each(flaws.filter(({ id }) => id !== 'F10'))('the naive breaker fails $id', async (flaw) => {
  expect(await examine(flaw, naive)).toMatchObject({ passes: false })
})

test('docs/breaker.md tells what was just seen', async () => {
  expect(await tableOnPage('conformance')).toBe(await conformanceTable())
})
