import { describe, expect, it } from 'vitest'
import { learnt, nextRate, unknown, type Bracket } from '../../bench/rate-search.ts'

/** A system that holds every rate up to its limit. */
function search(limit: number, ceiling: number): { bracket: Bracket; tried: number[] } {
  const tried: number[] = []
  let bracket = unknown
  for (let rate = nextRate(bracket, ceiling); rate !== undefined; rate = nextRate(bracket, ceiling)) {
    tried.push(rate)
    bracket = learnt(bracket, rate, rate <= limit)
  }
  return { bracket, tried }
}

describe('the search of the highest rate', () => {
  it.each([300, 2347, 5100, 7999, 8001, 9700, 10_000])('comes within a twentieth of %i a second', (limit) => {
    const { bracket, tried } = search(limit, 10_000)
    expect(bracket.held).toBeLessThanOrEqual(limit)
    expect(bracket.held).toBeGreaterThan(limit / 1.06)
    expect(tried.length).toBeLessThan(20)
  })

  it('begins a fifth below what so many connections got', () => {
    expect(nextRate(unknown, 10_000)).toBe(8000)
  })

  it('goes on above the ceiling as long as rates hold', () => {
    expect(search(12_000, 10_000).bracket.held).toBeGreaterThan(11_300)
  })

  it('says so when nothing holds', () => {
    expect(() => search(10, 10_000)).toThrow(/not even \d+ a second/)
  })
})
