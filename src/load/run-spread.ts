// How far the difference of two sides would move if their runs were recorded anew, from the runs themselves:
// each run is one figure, whatever happens within it.
//
// Runs in turns share the drift of their machine with their neighbours, and a difference of the sides hardly
// feels it. So the noise is what a run differs by from the one before it, sides apart (von Neumann's mean
// square successive difference); elsewhere it is what a run differs by from its side's mean.
//
//   recorded    A    B    B    A    A    B
//   less side  +2   +3   +3   +1    0   +1
//   steps         1    0   −2   −1    1

import { average, intervalOf, type Spread } from './bootstrap.ts'

export interface RunFigure {
  side: 'baseline' | 'candidate'
  value: number
}

/** @param runs in the order of recording; at least two of each side */
export function spreadOfRuns(
  runs: readonly RunFigure[],
  areInTurns: boolean,
): { baseline: number; candidate: number; spread: Spread } {
  const stepsOf = areInTurns ? (values: number[]): number[] => differences(values) : same
  const noise = stepsOf(withoutSides(runs))
  const { expected, freedom } = ofWhiteNoise(runs, stepsOf)
  const variance = sumOfSquares(noise) / expected
  const [before, after] = [valuesOf(runs, 'baseline'), valuesOf(runs, 'candidate')]
  const [baseline, candidate] = [average(before), average(after)]
  const deviation = Math.sqrt(variance * (1 / before.length + 1 / after.length))
  return { baseline, candidate, spread: intervalOf(candidate - baseline, deviation, freedom) }
}

const valuesOf = (runs: readonly RunFigure[], side: RunFigure['side']): number[] =>
  runs.filter((run) => run.side === side).map(({ value }) => value)

function withoutSides(runs: readonly RunFigure[]): number[] {
  const means = {
    baseline: average(valuesOf(runs, 'baseline')),
    candidate: average(valuesOf(runs, 'candidate')),
  }
  return runs.map(({ side, value }) => value - means[side])
}

const differences = (values: readonly number[]): number[] =>
  values.slice(1).map((value, index) => value - values[index]!)

const same = (values: number[]): number[] => values

const sumOfSquares = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value * value, 0)

/**
 * What the sum of squared steps would be for independent runs of variance 1, and its degrees of freedom
 * (Satterthwaite): steps are linear, so the steps of each run alone say it.
 */
function ofWhiteNoise(
  runs: readonly RunFigure[],
  stepsOf: (values: number[]) => number[],
): { expected: number; freedom: number } {
  const columns = runs.map((_, own) =>
    stepsOf(withoutSides(runs.map(({ side }, index) => ({ side, value: index === own ? 1 : 0 })))),
  )
  const expected = columns.reduce((sum, column) => sum + sumOfSquares(column), 0)
  const products = columns.flatMap((one) =>
    columns.map((other) => one.reduce((sum, value, index) => sum + value * other[index]!, 0)),
  )
  return { expected, freedom: expected ** 2 / sumOfSquares(products) }
}
