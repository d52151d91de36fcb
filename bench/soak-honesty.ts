// Does an experiment tell the truth? Every system with a defect must end DEVIATED, with the expectation named
// that the defect breaks; systems as they are generated must PASS, twenty times.
//
//   npm run soak -- honesty [--repeats 20] [--only TEXT]

import { parseArgs } from 'node:util'
import { defects } from '../test/honesty/defects.ts'
import { honestyExperiments, type HonestyExperiment } from '../test/honesty/experiments.ts'
import { missedIn, tryUntilValid } from '../test/honesty/try-experiment.ts'

export async function soakHonesty(): Promise<boolean> {
  const { values } = parseArgs({
    args: process.argv.slice(3),
    options: { repeats: { type: 'string', default: '20' }, only: { type: 'string', default: '' } },
  })
  const wrong: string[] = []
  const tell = (isRight: boolean, what: string, seen: string): void => {
    console.log(`${isRight ? '✔' : '✘'} ${what}: ${seen}`)
    if (!isRight) wrong.push(what)
  }
  for (const { name, experiment, edits, names } of defects) {
    if (!name.includes(values.only)) continue
    const result = await tryUntilValid(experiment, edits)
    const missed = missedIn(result)
    const isRight = result.verdict === 'DEVIATED' && missed.includes(names)
    tell(isRight, name, `${result.verdict}, missed: ${missed.join('; ')}`)
  }
  const experiments = Object.keys(honestyExperiments) as HonestyExperiment[]
  for (let repeat = 0; repeat < Number(values.repeats); repeat++) {
    const experiment = experiments[repeat % experiments.length]!
    const result = await tryUntilValid(experiment)
    tell(
      result.verdict === 'PASS',
      `healthy, ${experiment}`,
      `${result.verdict} ${missedIn(result).join('; ')}`,
    )
  }
  console.log(
    wrong.length === 0 ? 'all verdicts were right' : `${wrong.length} were wrong: ${wrong.join(', ')}`,
  )
  return wrong.length === 0
}
