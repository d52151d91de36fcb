import { stripVTControlCharacters as plain } from 'node:util'
import { describe, expect, test } from 'vitest'
import { clip, fit } from '../../../src/cli/views/fit.ts'
import { newsLines } from '../../../src/cli/views/load-news.ts'
import { events, start } from '../../observe/fixtures/payment-killed.ts'

describe('a frame fits', () => {
  const coloured = '\u001b[32mok 9,990\u001b[39m\u001b[31m  timeout 10\u001b[39m'

  test('a line is cut at the columns, whatever its colours', () => {
    expect(plain(clip(coloured, 12))).toBe('ok 9,990  t…')
    expect(plain(clip(coloured, 20))).toBe('ok 9,990  timeout 10')
    expect(clip('short', 80)).toBe('short')
  })

  test('one row stays free, so that the terminal never scrolls', () => {
    const lines = Array.from({ length: 30 }, (_, index) => `line ${index}`)
    expect(fit(lines, { columns: 80, rows: 10 }).split('\n')).toHaveLength(9)
    expect(fit(lines, { columns: 80, rows: 1 }).split('\n')).toHaveLength(1)
  })
})

describe('news while a system is loaded', () => {
  const told = newsLines(events, start).map(plain)

  test('are its breakers as they are now, then what happened last', () => {
    expect(told[0]).toMatch(/^breakers +order → payment closed$/)
    expect(told.length).toBeGreaterThan(2)
    expect(told.length).toBeLessThanOrEqual(6)
    expect(newsLines(events, start, 50).map(plain).join('\n')).toMatch(
      /5\.0s +kill payment\n[^]*order → payment open[^]*payment ready[^]*order → payment closed/,
    )
  })

  test('are only told from the start of the load on; breakers keep their state from before', () => {
    const end = events.at(-1)!.at + 1
    expect(newsLines(events, end).map(plain)).toEqual([expect.stringMatching(/^breakers/)])
    expect(newsLines([], start)).toEqual([])
  })
})
