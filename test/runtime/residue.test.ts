// No residue: whatever is killed at whatever moment of a fault, nothing of it is left once the next msvc has
// acted; and while the guard lives, not even that is needed. (What was being started when agent and guard died
// is in nobody's books: it ends at its first look at its standard input, within a second.)
// RESIDUE_TRIALS=500 for the long version.

import { readFileSync, readdirSync, readlinkSync } from 'node:fs'
import { expect, test } from 'vitest'
import { readAgentRecord } from '../../src/adapters/agent-record.ts'
import { systemClock } from '../../src/adapters/clock.ts'
import { fractionAt } from '../../src/load/chance.ts'
import { findAgent } from '../../src/runtime/agent-client.ts'
import { eventually, trialSystem } from '../fixtures/trial-system.ts'

const trials = Number(process.env['RESIDUE_TRIALS'] ?? 12)
const faults = [
  { kind: 'pause', target: 'order' },
  { kind: 'cpu', target: 'order', params: { percent: 20 } },
  { kind: 'memory', target: 'order', params: { mb: 16 } },
  { kind: 'restart-loop', target: 'order', params: { up: 0, down: 0 } },
  { kind: 'block', target: 'order', params: { stall: 100, every: 200 } },
  { kind: 'kill', target: 'order' },
]
const killed = [['agent'], ['guard'], ['agent', 'guard'], ['guard', 'agent']]

/** Processes (not zombies) that stand in a folder of the system: services, burners, the agent. */
function processesIn(root: string): { pid: number; command: string }[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        const isIn = readlinkSync(`/proc/${pid}/cwd`).startsWith(root)
        const isZombie = /\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'latin1'))
        const command = readFileSync(`/proc/${pid}/cmdline`, 'latin1').replaceAll('\0', ' ')
        // Without a command line it is about to end: its memory is gone already.
        return isIn && !isZombie && command !== '' ? [{ pid: Number(pid), command }] : []
      } catch {
        return [] // it has just gone, or is not ours to look at
      }
    })
}

const childrenOf = (pid: number): number[] =>
  readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').map(Number)

const guardOf = (agent: number): number =>
  childrenOf(agent).find((pid) => readFileSync(`/proc/${pid}/cmdline`, 'latin1').includes('msvc-guard'))!

test.runIf(process.platform === 'linux').for(Array.from({ length: trials }, (_, index) => index))(
  'trial %i leaves nothing',
  { tags: ['slow'] },
  async (trial) => {
    const chance = (k: number): number => fractionAt(trial, k)
    const fault = faults[trial % faults.length]!
    const victims = killed[Math.floor(chance(1) * killed.length)]!
    const momentMs = chance(2) * (chance(3) < 0.5 ? 60 : 900)

    await using system = trialSystem({ gateway: { runs: 'ok', dependsOn: ['order'] }, order: { runs: 'ok' } })
    const { agent } = await system.up({ attached: false })
    const { pid } = readAgentRecord(system.root)!
    const pids: Record<string, number> = { agent: pid, guard: guardOf(pid) }
    const asked = agent.fault(fault).catch(() => {}) // its agent may be killed while it is asked
    await systemClock.sleep(momentMs)
    for (const victim of victims) process.kill(pids[victim]!, 'SIGKILL')
    const what = `${fault.kind}, ${victims.join(' and ')} killed after ${Math.round(momentMs)} ms`

    if (victims.length === 1 && victims[0] === 'agent') {
      await eventually(`the end of all (${what})`, () => processesIn(system.root).length === 0, 1500)
    }
    if (victims.includes('agent')) {
      await eventually('the next msvc', async () => (await findAgent(system.root)) === undefined, 10_000)
      await eventually(`nothing left (${what})`, () => processesIn(system.root).length === 0, 1000)
    } else {
      await asked
      await agent.heal()
      const { services, faults: told } = await agent.status()
      expect(
        services.map(({ state }) => state),
        what,
      ).toEqual(['ready', 'ready'])
      expect(
        told.map(({ state }) => state),
        what,
      ).toEqual(['healed'])
      expect(processesIn(system.root), what).toHaveLength(4) // the agent, the proxies and two services
    }
    await asked
  },
)
