import { describe, expect, it } from 'vitest'
import { overlapMs, watchStalls } from '../../bench/stalls.ts'

describe('the time in which the machine stood still', () => {
  const stalls = [
    { fromMs: 1000, toMs: 1060 },
    { fromMs: 1990, toMs: 2010 },
  ]

  it.each([
    [1000, 2000, 70],
    [1030, 1040, 10],
    [2000, 3000, 10],
    [1060, 1990, 0],
  ])('from %i to %i is %i ms', (fromMs, toMs, ms) => {
    expect(overlapMs(stalls, fromMs, toMs)).toBe(ms)
  })

  it('is told by a process that watches', async () => {
    using watched = await watchStalls()
    expect(watched.between(0, 1)).toBe(0)
  })
})
