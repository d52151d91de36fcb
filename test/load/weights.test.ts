import fc from 'fast-check'
import { expect, test } from 'vitest'
import { weightedChoice } from '../../src/load/weights.ts'

const weightLists = fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 6 })

test('each request has exactly its share of every whole number of cycles', () => {
  fc.assert(
    fc.property(weightLists, fc.integer(), fc.integer({ min: 1, max: 5 }), (weights, seed, cycles) => {
      const total = weights.reduce((sum, weight) => sum + weight, 0)
      const counts = weights.map(() => 0)
      const choose = weightedChoice(weights, seed)
      for (let arrival = 0; arrival < total * cycles; arrival++) counts[choose(arrival)]! += 1
      expect(counts).toEqual(weights.map((weight) => weight * cycles))
    }),
  )
})

const first = (count: number, seed: number): number[] =>
  Array.from({ length: count }, (_, arrival) => weightedChoice([80, 20], seed)(arrival))

test('the same seed gives the same order, another seed another one', () => {
  expect(first(100, 7)).toEqual(first(100, 7))
  expect(first(100, 7)).not.toEqual(first(100, 8))
})

test('the order differs from cycle to cycle', () => {
  const order = first(100, 1).join('')
  const cycles = new Set(order.match(/.{5}/g))
  expect(cycles.size).toBeGreaterThan(2)
})
