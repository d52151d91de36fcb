// Which request an arrival makes: by weight, exact over each cycle, in a seeded order.
//
// A cycle holds each request as often as its weight says (in lowest terms) and is shuffled anew with
// (seed, number of the cycle): 80:20 is 4 of 5 in every five arrivals, in an order that is the same
// for the same seed and does not beat in step with anything in the target.

import { mix } from './chance.ts'

/** The index of the request for arrival k. Asked in ascending order it costs one shuffle per cycle. */
export function weightedChoice(weights: readonly number[], seed: number): (arrival: number) => number {
  const divisor = weights.reduce(greatestCommonDivisor)
  const cycle = weights.flatMap((weight, index) => Array<number>(weight / divisor).fill(index))
  if (cycle.length === 1) return () => 0
  let shuffled = { number: -1, order: cycle }
  return (arrival) => {
    const number = Math.floor(arrival / cycle.length)
    if (shuffled.number !== number) shuffled = { number, order: shuffle(cycle, mix(seed, number)) }
    return shuffled.order[arrival % cycle.length]!
  }
}

const greatestCommonDivisor = (a: number, b: number): number =>
  b === 0 ? a : greatestCommonDivisor(b, a % b)

/** Fisher and Yates, with chance from a 32-bit state (mulberry32). */
function shuffle(values: readonly number[], seed: number): number[] {
  const order = [...values]
  let state = seed
  for (let i = order.length - 1; i > 0; i--) {
    state = (state + 0x6d2b79f5) | 0
    const j = Math.floor((mix(state, 0) / 2 ** 32) * (i + 1))
    ;[order[i], order[j]] = [order[j]!, order[i]!]
  }
  return order
}
