// Long trials of what the services guarantee.
//
//   npm run soak -- kills [rounds] [seed]     kill -9 of one, two or all services, 100 rounds if not said
//   npm run soak -- restarts [rounds] [rps] [service]
//                                             restarts each service under load, 10 rounds at 500 a second if not said
//   npm run soak -- mutants [word]            breaks each guarantee once (those with the word); verify has to find every one

import { renderedSystem } from '../test/fixtures/rendered-system.ts'
import { killRounds } from '../test/soak/kills.ts'
import { guaranteeMutants, plant } from '../test/soak/mutants.ts'
import { restartRounds } from '../test/soak/restarts.ts'

const say = (line: string): void => void process.stdout.write(`${line}\n`)

/** The sandbox commits every fifth charge without telling anybody. */
const loseAnswers = (): void => void (process.env['SANDBOX_LOST_ANSWERS'] = '0.2')

export async function soakKills(): Promise<boolean> {
  const [rounds = '100', seed = '1'] = process.argv.slice(3)
  loseAnswers()
  await using system = await renderedSystem()
  const results = await killRounds({
    root: system.root,
    rounds: Number(rounds),
    seed: Number(seed),
    roundMs: 3000,
    settleMs: 60_000,
    onRound: ({ round, killed, acknowledged, repeated, refunds, verdict, broken }) => {
      say(
        `${round}  ${verdict}  killed ${killed.join(', ')}  ${acknowledged} acknowledged, ${repeated} asked again, ${refunds} given back`,
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

export async function soakRestarts(): Promise<boolean> {
  const [rounds = '10', ratePerSecond = '500', only] = process.argv.slice(3)
  await using system = await renderedSystem()
  const { results, verdict, accepted } = await restartRounds({
    root: system.root,
    rounds: Number(rounds),
    ratePerSecond: Number(ratePerSecond),
    only,
    loadMs: 6000,
    settleMs: 60_000,
    onRestart: ({ round, service, tookMs, arrivals, failed, how }) =>
      say(`${round}  ${service.padEnd(12)}  ready in ${tookMs} ms, ${failed} of ${arrivals} failed  ${how}`),
  })
  const failed = results.reduce((sum, result) => sum + result.failed, 0)
  const arrivals = results.reduce((sum, result) => sum + result.arrivals, 0)
  say(
    `${results.length} restarts at ${ratePerSecond} a second: ${failed} of ${arrivals} requests failed, ` +
      `${accepted} orders accepted before they were paid; ${verdict}`,
  )
  return failed === 0 && verdict === 'PASS'
}

export async function soakMutants(): Promise<boolean> {
  loseAnswers()
  const mutants = guaranteeMutants.filter(({ fault }) => fault.includes(process.argv[3] ?? ''))
  let found = 0
  for (const mutant of mutants) {
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
  say(`${found} of ${mutants.length} mutants found`)
  return found === mutants.length
}
