// Kill -9 of one service, of two, or of all at random moments under load, round after round; after each
// round the system is judged by `msvc verify`'s own judgement. The provider loses every fifth answer.

import { setTimeout as sleep } from 'node:timers/promises'
import { UserError } from '../../src/errors.ts'
import { fractionAt } from '../../src/load/chance.ts'
import type { AgentClient } from '../../src/runtime/agent-client.ts'
import { verifySystem, type Verification } from '../../src/runtime/verify.ts'
import { entryUrl, generatedFleet } from '../fixtures/generated-fleet.ts'
import { createOrdersClient, type OrdersClient } from './orders-client.ts'
import { createRefundsClient, type RefundsClient } from './refunds-client.ts'

export interface KillsOptions {
  root: string
  rounds: number
  seed: number
  /** How long each round places orders. */
  roundMs: number
  /** How long to wait after a round while nothing of what is under way settles. */
  settleMs: number
  onRound?: (round: RoundResult) => void
}

export interface RoundResult {
  round: number
  killed: string[]
  acknowledged: number
  repeated: number
  refunds: number
  verdict: Verification['verdict']
  /** What is broken, in words. */
  broken: string[]
}

/** Ends after the first round that fails. */
export async function killRounds(options: KillsOptions): Promise<RoundResult[]> {
  const { root, rounds, seed, roundMs, settleMs, onRound } = options
  const { agent } = await generatedFleet(root, { readyWithinMs: 120_000 })
  const client = createOrdersClient()
  const desk = createRefundsClient()
  const results: RoundResult[] = []
  try {
    for (let round = 1; round <= rounds; round++) {
      const chance = (k: number): number => fractionAt(seed, round * 100 + k)
      const killed = await oneRound({ agent, client, desk, roundMs, chance })
      const { verdict, invariants } = await verifySystem({
        root,
        acknowledged: client.acknowledged,
        withinMs: settleMs,
      })
      const broken = invariants.flatMap(({ name, examples }) => examples.map((text) => `${name}: ${text}`))
      const { repeated } = client
      const { promised: refunds } = desk
      const acknowledged = client.acknowledged.length
      const result = { round, killed, acknowledged, repeated, refunds, verdict, broken }
      results.push(result)
      onRound?.(result)
      if (verdict === 'FAIL') break
    }
    return results
  } finally {
    await agent.stop({ now: true })
  }
}

interface Round {
  agent: AgentClient
  client: OrdersClient
  desk: RefundsClient
  roundMs: number
  chance: (k: number) => number
}

async function oneRound({ agent, client, desk, roundMs, chance }: Round): Promise<string[]> {
  const { services } = await agent.status()
  const url = await entryUrl(agent)
  const payment = services.find(({ name }) => name === 'payment')!.url
  const victims = chosen(
    services.map(({ name }) => name),
    chance,
  )
  const over = AbortSignal.timeout(roundMs)
  const placing = Promise.all([client.run(url, over), desk.run(payment, over)])
  await sleep(roundMs * (0.2 + 0.6 * chance(0)))
  const killed = await Promise.all(victims.map((name) => kill(agent, name)))
  await placing
  await untilAllReady(agent)
  await client.repeatSome(url, 20)
  return killed.filter((name) => name !== undefined)
}

/** One in every three rounds, two in the next, all in the third; which ones, by chance. */
function chosen(names: string[], chance: (k: number) => number): string[] {
  const count = [1, 2, names.length][Math.floor(chance(1) * 3)]!
  const mixed = names.map((name, index): [number, string] => [chance(2 + index), name])
  return mixed
    .toSorted(([a], [b]) => a - b)
    .slice(0, count)
    .map(([, name]) => name)
}

/** undefined when it was not there to be killed. */
async function kill(agent: AgentClient, target: string): Promise<string | undefined> {
  try {
    await agent.fault({ kind: 'kill', target, forMs: 300 })
    return target
  } catch (error) {
    if (error instanceof UserError) return undefined
    throw error
  }
}

async function untilAllReady(agent: AgentClient): Promise<void> {
  const deadline = performance.now() + 120_000
  for (;;) {
    const { services } = await agent.status()
    if (services.every(({ state }) => state === 'ready')) return
    if (performance.now() > deadline) {
      throw new Error(`not ready again: ${services.map(({ name, state }) => `${name} ${state}`).join(', ')}`)
    }
    await sleep(100)
  }
}
