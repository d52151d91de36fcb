import { describe, expect, it } from 'vitest'
import { learnt, nextRate, unknown, type Bracket, type Steps } from '../../bench/rate-search.ts'

const short: Steps = { first: 8000, up: 1.1, down: 0.8, precision: 1.05 }
const long: Steps = { first: 8000, up: 1.085, down: 0.85, precision: 1.09 }

/** A system that holds every rate up to its limit. */
function search(limit: number, steps: Steps): { bracket: Bracket; tried: number[] } {
  const tried: number[] = []
  let bracket = unknown
  for (let rate = nextRate(bracket, steps); rate !== undefined; rate = nextRate(bracket, steps)) {
    tried.push(rate)
    bracket = learnt(bracket, rate, rate <= limit)
  }
  return { bracket, tried }
}

describe('the search of the highest rate', () => {
  it.each([300, 2347, 5100, 7999, 8001, 9700, 10_000])('comes within a twentieth of %i a second', (limit) => {
    const { bracket, tried } = search(limit, short)
    expect(bracket.held).toBeLessThanOrEqual(limit)
    expect(bracket.held).toBeGreaterThan(limit / 1.06)
    expect(tried.length).toBeLessThan(20)
  })

  it('begins with the first, and goes on above it as long as rates hold', () => {
    expect(nextRate(unknown, short)).toBe(8000)
    expect(search(12_000, short).bracket.held).toBeGreaterThan(11_300)
  })

  it('goes down in its steps until a rate holds, then tries one between', () => {
    expect(search(5500, long).tried).toEqual([8000, 6800, 5780, 4913, 5329])
    expect(search(5000, long).tried).toEqual([8000, 6800, 5780, 4913, 5329])
    expect(search(8100, long).tried).toEqual([8000, 8680])
  })

  it('says so when nothing holds', () => {
    expect(() => search(10, short)).toThrow(/not even \d+ a second/)
  })
})
