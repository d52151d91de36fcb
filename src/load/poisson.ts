// Arrivals of independent users: a Poisson process of rate 1, seeded, that can be read at any place.
//
// The k-th gap is exponential and comes from (seed, k) alone. Only the sum before every 4,096th is kept: any
// place is at most so many additions away, and a billion arrivals take two megabytes.

import { fractionAt } from './chance.ts'

const blockSize = 4096

export interface UnitProcess {
  /** How many arrivals there are before `end`. */
  arrivals: number
  /** When the k-th is, counted from 0; ascending k are cheap. */
  at(k: number): number
}

export function unitPoisson(seed: number, end: number): UnitProcess {
  const sumsBefore: number[] = []
  let arrivals = 0
  for (let sum = gap(seed, 0); sum < end; sum += gap(seed, arrivals)) {
    if (arrivals % blockSize === 0) sumsBefore.push(sum)
    arrivals += 1
  }
  let cached = { block: -1, times: new Float64Array(blockSize) }
  return {
    arrivals,
    at(k) {
      const block = Math.floor(k / blockSize)
      if (cached.block !== block) cached = { block, times: timesOf(block, cached.times) }
      return cached.times[k % blockSize]!
    },
  }

  function timesOf(block: number, times: Float64Array): Float64Array<ArrayBuffer> {
    let sum = sumsBefore[block] ?? Number.POSITIVE_INFINITY
    for (let i = 0; i < blockSize; i++) {
      times[i] = sum
      sum += gap(seed, block * blockSize + i + 1)
    }
    return times as Float64Array<ArrayBuffer>
  }
}

const gap = (seed: number, k: number): number => -Math.log1p(-fractionAt(seed, k))
