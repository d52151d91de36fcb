// npm run soak -- kills [rounds] [seed]     kill -9 of one, two or all services, 100 rounds if not said
// npm run soak -- mutants                   breaks each guarantee once; verify has to find every one

import { renderedSystem } from '../fixtures/rendered-system.ts'
import { killRounds } from './kills.ts'
import { guaranteeMutants, plant } from './mutants.ts'

const say = (line: string): void => void process.stdout.write(`${line}\n`)

const soaks: Record<string, (args: string[]) => Promise<boolean>> = { kills, mutants }
const [name = '', ...args] = process.argv.slice(2)
const soak = soaks[name]
process.env['SANDBOX_LOST_ANSWERS'] = '0.2'
if (soak === undefined) {
  say(`npm run soak -- ${Object.keys(soaks).join(' | ')}`)
  process.exitCode = 2
} else if (!(await soak(args))) process.exitCode = 1

async function kills([rounds = '100', seed = '1']: string[]): Promise<boolean> {
  await using system = await renderedSystem()
  const results = await killRounds({
    root: system.root,
    rounds: Number(rounds),
    seed: Number(seed),
    roundMs: 3000,
    settleMs: 60_000,
    onRound: ({ round, killed, acknowledged, repeated, verdict, broken }) => {
      say(
        `${round}  ${verdict}  killed ${killed.join(', ')}  ${acknowledged} acknowledged, ${repeated} asked again`,
      )
      for (const text of broken) say(`    ${text}`)
    },
  })
  const last = results.at(-1)
  const killed = results.reduce((sum, round) => sum + round.killed.length, 0)
  say(
    `${results.length} rounds, seed ${seed}: ${killed} kills, ${last?.acknowledged} orders acknowledged, ${last?.verdict}`,
  )
  return last?.verdict === 'PASS'
}

async function mutants(): Promise<boolean> {
  let found = 0
  for (const mutant of guaranteeMutants) {
    await using system = await renderedSystem()
    await plant(system, mutant)
    const results = await killRounds({
      root: system.root,
      rounds: 8,
      seed: 1,
      roundMs: 2500,
      settleMs: 15_000,
    })
    const broken = results.at(-1)?.broken ?? []
    const isFound = broken.some((text) => mutant.complaint.test(text))
    if (isFound) found++
    say(
      `${isFound ? 'found   ' : 'SURVIVED'}  ${mutant.fault}  (round ${results.length}: ${broken[0] ?? 'all held'})`,
    )
  }
  say(`${found} of ${guaranteeMutants.length} mutants found`)
  return found === guaranteeMutants.length
}
