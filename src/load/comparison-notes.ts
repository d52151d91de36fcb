// What limits a comparison of runs, in words.

import type { ComparedRun, ComparisonVerdict } from '../system/load-comparison.ts'
import type { Sides } from './compared-sides.ts'

export interface Findings {
  verdict: ComparisonVerdict
  /** Whether one side was disturbed so much more that the verdict could be owed to that. */
  isFavour: boolean
  /** Whether both sides were recorded in turns. */
  areInTurns: boolean
  /** So many were needed, when there were fewer. */
  fewestSeconds: number | undefined
}

export function notesOn(
  sides: Sides<ComparedRun>,
  { verdict, isFavour, areInTurns, fewestSeconds }: Findings,
): string[] {
  const runs = [...sides.baseline, ...sides.candidate]
  const targets = new Set(runs.map(({ target }) => target))
  const rates = new Set(runs.map(({ ratePerSecond }) => ratePerSecond))
  return [
    ...runs
      .filter(({ isValid }) => !isValid)
      .map(({ id }) => `${id} is not valid as a measurement: nothing can be concluded from it`),
    ...runs
      .filter(({ isValid, disturbed }) => isValid && disturbed > 0)
      .map(
        ({ id, disturbed, seconds }) =>
          `${disturbed} of ${disturbed + seconds} seconds of ${id} are left out: the generator itself was late in them`,
      ),
    ...(isFavour
      ? ['the generator was late much more often on one side: what is left of it may be its better part']
      : []),
    ...(targets.size > 1 ? [`the targets differ: ${[...targets].join(' and ')}`] : []),
    ...(rates.size > 1 ? [`the rates differ: ${[...rates].join(' and ')} per second`] : []),
    ...(fewestSeconds === undefined
      ? []
      : [`a comparison needs at least ${fewestSeconds} whole seconds of each side`]),
    ...(runs.length > 2 && !areInTurns
      ? ['the runs were not recorded in turns: what changed on the machine meanwhile counts as a change']
      : []),
    ...(runs.length === 2 && (verdict === 'worse' || verdict === 'better')
      ? ['one run a side does not show how much runs differ anyway: be sure with several, recorded in turns']
      : []),
  ]
}
