// kill -9 of the agent at any moment: nothing survives it by more than a second, and the next command
// cleans up and says so.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { readJournal } from '../../src/adapters/agent-journal.ts'
import { readAgentRecord } from '../../src/adapters/agent-record.ts'
import { systemClock } from '../../src/adapters/clock.ts'
import { isOf } from '../../src/events.ts'
import { findAgent } from '../../src/runtime/agent-client.ts'
import { reconcile } from '../../src/runtime/reconcile.ts'
import { eventually, trialSystem, type TrialSystem } from '../fixtures/trial-system.ts'

const services = {
  gateway: { runs: 'ok', dependsOn: ['order'] },
  order: { runs: 'deaf', dependsOn: ['payment'] },
  payment: { runs: 'slow-start' },
} as const

const shop = (): TrialSystem => trialSystem(structuredClone(services) as never)

/** Processes (not zombies) that belong to the trial: they know its folder. */
function processesOf(root: string): number[] {
  const mine = (pid: string): boolean => {
    try {
      const environment = readFileSync(`/proc/${pid}/environ`, 'latin1')
      return (
        environment.includes(`DATA_DIR=${root}/`) &&
        !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'latin1'))
      )
    } catch {
      return false // it has just gone
    }
  }
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && mine(name))
    .map(Number)
}

/** Starts an agent as `up` does, without waiting for anything. */
async function startBareAgent(root: string): Promise<{ pid: number; ended: Promise<unknown> }> {
  const { parseSystem } = await import('../../src/system/parse-system.ts')
  const entry = fileURLToPath(new URL('../../src/runtime/agent.ts', import.meta.url))
  const child = spawn(process.execPath, [entry], { cwd: root, stdio: ['pipe', 'ignore', 'ignore'] })
  const system = parseSystem(readFileSync(join(root, 'msvc.yaml'), 'utf8'), 'msvc.yaml')
  child.stdin.write(`${JSON.stringify({ root, system, cliVersion: 'test', attached: false })}\n`)
  return { pid: child.pid!, ended: once(child, 'exit') }
}

// From before the guard is there until long after everything is ready.
const moments = [150, 220, 260, 300, 340, 400, 500, 700, 1200, 2000]

test.for(moments)('after %i ms', { tags: ['slow'] }, async (ms) => {
  await using trial = shop()
  const { pid, ended } = await startBareAgent(trial.root)
  await systemClock.sleep(ms)
  process.kill(pid, 'SIGKILL')
  await ended
  await eventually('the end of every service', () => processesOf(trial.root).length === 0, 1000)
  const cleanup = await reconcile(trial.root)
  if (cleanup !== undefined) expect(cleanup).toMatchObject({ agentPid: pid, endedProcesses: 0 })
  expect(readAgentRecord(trial.root)).toBeUndefined()
  expect(readdirSync(trial.root)).not.toContain('agent.json')
})

test(
  'with a fault open, the next command closes it in the journal and says so',
  { tags: ['slow'] },
  async () => {
    await using trial = shop()
    const { agent } = await trial.up()
    await agent.fault({ kind: 'kill', target: 'payment' })
    const { pid, journal } = readAgentRecord(trial.root)!
    process.kill(pid, 'SIGKILL')
    await eventually('the end of every service', () => processesOf(trial.root).length === 0, 1000)

    const cleanup = await eventually('the cleanup', () => reconcile(trial.root))
    expect(cleanup).toMatchObject({ agentPid: pid, closedFaults: 1 })
    expect(cleanup.summary).toMatch(
      /^msvc: the agent of .* had ended without a goodbye; cleaned up: .*1 open fault closed\.$/,
    )
    const events = readJournal(journal)
    expect(events.filter(isOf('fault.healed')).map(({ data }) => data.by)).toEqual(['reconcile'])
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1))
    expect(await reconcile(trial.root)).toBeUndefined()
    expect(await findAgent(trial.root)).toBeUndefined()
  },
)

test('with its guard killed too, the next command ends what is left', { tags: ['slow'] }, async () => {
  await using trial = shop()
  await trial.up()
  const { pid } = readAgentRecord(trial.root)!
  const guard = childrenOf(pid).find((child) => commandOf(child).includes('msvc-guard'))!
  process.kill(guard, 'SIGKILL')
  process.kill(pid, 'SIGKILL')
  // The polite ones end with their standard input; the deaf one stays.
  await eventually('only the deaf one', () => processesOf(trial.root).length === 2)
  const cleanup = await eventually('the cleanup', () => reconcile(trial.root))
  expect(cleanup).toMatchObject({ endedProcesses: 1 })
  await eventually('the end of every service', () => processesOf(trial.root).length === 0, 1000)
})

const childrenOf = (pid: number): number[] =>
  readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').map(Number)

const commandOf = (pid: number): string => readFileSync(`/proc/${pid}/cmdline`, 'latin1')
