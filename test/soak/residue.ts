// No residue: the CLI, the proxies, the agent, the guard, or several of them are killed (SIGKILL) at a random
// moment of a fault. What is asked afterwards is asked of the kernel, the disk and the edges themselves.
//
//   agent lives   a fault that its holder or its proxies took along is gone at once, others with their lease;
//                 then every service is ready and every edge passes traffic, with the processes of before
//   agent died    its guard lets nothing stopped or broken stand, and ends the fleet
//   guard too     the next msvc does, also when the one before it was killed while it did
//   after down    no process, no port, no socket, no record

import { spawn } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { readJournal } from '../../src/adapters/agent-journal.ts'
import { readAgentRecord } from '../../src/adapters/agent-record.ts'
import { proxySocketOf } from '../../src/adapters/agent-socket.ts'
import { proxyOwner } from '../../src/adapters/proxy-owner.ts'
import { closeUnhealed } from '../../src/chaos/unhealed.ts'
import { connectAgent, type AgentClient } from '../../src/runtime/agent-client.ts'
import type { FaultStatus, FleetStatus } from '../../src/system/agent-api.ts'
import { trialSystem, type TrialSystem } from '../fixtures/trial-system.ts'
import { guardsOf, isPortOpen, isThere, processesIn, recordFiles } from './left-behind.ts'
import { describeTrial, firstFaultMs, leaseMs, type ResidueTrial, type Victim } from './residue-plan.ts'

export interface ResidueResult {
  what: string
  /** What should not be there, in words; empty: nothing was left. */
  residues: string[]
  /** From the kill, or from the end of the lease where that comes later, until nothing of the fault was in force. */
  healMs: number | undefined
  /** Who had to heal it. */
  healer: 'agent' | 'new proxies' | 'lease' | 'guard' | 'next msvc'
}

export interface ResidueTrials extends AsyncDisposable {
  run(trial: ResidueTrial): Promise<ResidueResult>
}

const pollMs = 4
const goneWithinMs = 1500
const wholeWithinMs = 5000
const commandWithinMs = 40_000
/** A fleet is used again while its agent lives; so often it is ended and looked for. */
const downEvery = 15

/** One small system for all trials; its fleet is started again when its agent was a victim. */
export function residueTrials(): ResidueTrials {
  const system = trialSystem({ gateway: { runs: 'ok', dependsOn: ['order'] }, order: { runs: 'ok' } })
  mkdirSync(join(system.root, 'load'))
  writeFileSync(join(system.root, 'load', 'default.yaml'), scenario)
  const turn = { fleet: undefined as Fleet | undefined, uses: 0 }

  async function run(trial: ResidueTrial): Promise<ResidueResult> {
    const fleet = (turn.fleet ??= await startFleet(system))
    turn.uses += 1
    const result = trial.victims.includes('agent')
      ? await withoutAgent(trial, fleet)
      : await withAgent(trial, fleet)
    if (trial.victims.includes('agent')) turn.fleet = undefined
    else if (turn.uses % downEvery === 0 || result.residues.length > 0) {
      result.residues.push(...(await takenDown(fleet)))
      turn.fleet = undefined
    }
    return { ...result, residues: result.residues.map((text) => `${text} (${describeTrial(trial)})`) }
  }

  return {
    run,
    async [Symbol.asyncDispose]() {
      if (turn.fleet !== undefined) await msvc(system.root, 'down').ended
      await system[Symbol.asyncDispose]()
    },
  }
}

interface Fleet {
  root: string
  agent: AgentClient
  pids: Record<Exclude<Victim, 'cli'>, number>
  socket: string
  journal: string
  status: FleetStatus
}

async function startFleet({ root }: TrialSystem): Promise<Fleet> {
  const { code, stderr } = await msvc(root, 'up', '-d').ended
  if (code !== 0) throw new Error(`msvc up ended with ${code}: ${stderr}`)
  return lookAtFleet(root)
}

async function lookAtFleet(root: string): Promise<Fleet> {
  const agent = await connectAgent(root)
  const status = await agent.status()
  const { pid, socket, journal } = readAgentRecord(root)!
  const pids = { agent: pid, guard: guardsOf(pid)[0]!, proxy: status.proxy!.pid! }
  return { root, agent, pids, socket, journal, status }
}

/** Sets the fault, waits for the moment, kills. Resolves with what is known then. */
async function killAt(trial: ResidueTrial, fleet: Fleet) {
  const { victims, from, momentMs, gapMs } = trial
  using _traffic = trafficThrough(fleet.status)
  const before = (await fleet.agent.faults()).length
  const cli = msvc(fleet.root, ...commandOf(trial, fleet.root))
  const isSet = async (): Promise<boolean> => (await fleet.agent.faults()).length > before
  let isOver = false
  void cli.ended.then(() => (isOver = true))
  if (from === 'fault') {
    await until(commandWithinMs, async () => isOver || (await isSet()))
    // A trial without a fault shows nothing, however clean it ends.
    if (!(await isSet()))
      throw new Error(`no fault was set by ${describeTrial(trial)}: ${(await cli.ended).stderr}`)
  }
  await sleep(momentMs)
  for (const [index, victim] of victims.entries()) {
    if (index > 0 && gapMs > 0) await sleep(gapMs)
    if (victim === 'cli') cli.kill()
    else process.kill(fleet.pids[victim], 'SIGKILL')
  }
  return { cli, killedAt: Date.now() }
}

async function withAgent(trial: ResidueTrial, fleet: Fleet): Promise<ResidueResult> {
  const { victims, by } = trial
  const known = new Set((await fleet.agent.faults()).map(({ id }) => id))
  const { cli, killedAt } = await killAt(trial, fleet)
  const isHolderDead = by === 'experiment' && victims.includes('cli')
  const isOnEdge = trial.fault.target.includes(':')
  const healer = isHolderDead ? 'agent' : victims.includes('proxy') && isOnEdge ? 'new proxies' : 'lease'
  const result: ResidueResult = { what: describeTrial(trial), residues: [], healMs: undefined, healer }
  using traffic = trafficThrough(fleet.status)

  // With a command that lives, a fault may come after the kill, and stays for its lease: that is no residue.
  const mine = async (): Promise<FaultStatus[]> =>
    (await fleet.agent.faults()).filter(({ id }) => !known.has(id))
  let inForce = true
  let isFound = false
  let from = killedAt
  await until(commandWithinMs, async () => {
    const faults = await mine()
    isFound ||= faults.some(({ requestedAt }) => requestedAt <= killedAt)
    const ends = faults.map(({ requestedAt, expiresAt }) =>
      healer === 'lease' || requestedAt > killedAt ? expiresAt : killedAt,
    )
    from = Math.max(killedAt, ...ends)
    inForce = faults.some(isOpen) || (await isSomethingBroken(fleet))
    return !inForce
  })
  if (inForce) result.residues.push('the fault is still in force')
  else if (isFound || healer === 'new proxies') result.healMs = Math.round(Math.max(0, Date.now() - from))
  traffic[Symbol.dispose]()

  const said = await cli.ended
  if (/bug of msvc|\(overdue/.test(said.stderr)) result.residues.push(`the command said: ${said.stderr}`)
  // What the command set after the look above ends by itself too.
  if (!(await until(wholeWithinMs, async () => !(await mine()).some(isOpen)))) {
    result.residues.push('a fault is open still')
  }
  result.residues.push(...(await notWhole(fleet, mine)))
  Object.assign(fleet, await lookAtFleet(fleet.root))
  return result
}

/** `kill` and `restart-loop` are let go when their service is started again; being ready comes after. */
const isOpen = ({ kind, state }: FaultStatus): boolean =>
  state === 'applying' ||
  state === 'active' ||
  (state === 'healing' && kind !== 'kill' && kind !== 'restart-loop')

async function isSomethingBroken(fleet: Fleet): Promise<boolean> {
  const processes = processesIn(fleet.root)
  if (processes.some(({ isStopped, command }) => isStopped || command.includes('burner'))) return true
  const { services } = await fleet.agent.status()
  if (services.some(({ state }) => state === 'held')) return true
  if ((await brokenEdges(fleet)).length > 0) return true
  const answers = await Promise.all(fleet.status.edges.map(({ url }) => answerOf(`${url}/readyz`)))
  return answers.includes('refused')
}

async function brokenEdges({ socket }: Fleet): Promise<string[]> {
  const owner = proxyOwner(proxySocketOf(socket))
  try {
    const proxies = await owner.ask<Record<string, { enabled: boolean; toxics: unknown[] }>>(
      'GET',
      '/proxies',
    )
    return Object.entries(proxies).flatMap(([edge, { enabled, toxics }]) =>
      enabled && toxics.length === 0 ? [] : [`${edge} ${enabled ? JSON.stringify(toxics) : 'is disabled'}`],
    )
  } catch (error) {
    return [`no proxies: ${String(error)}`]
  } finally {
    owner.close()
  }
}

/** Everything that is not as before the fault. */
async function notWhole(fleet: Fleet, faults: () => Promise<FaultStatus[]>): Promise<string[]> {
  let wrong: string[] = []
  await until(wholeWithinMs, async () => {
    const { services } = await fleet.agent.status()
    const processes = processesIn(fleet.root)
    const answers = await Promise.all(fleet.status.edges.map(({ url }) => answerOf(`${url}/readyz`)))
    const unhealed = (await faults()).filter(({ healedAt }) => healedAt === null)
    wrong = [
      ...unhealed.map(({ id, detail }) => `${id} has no end: ${detail}`),
      ...services.filter(({ state }) => state !== 'ready').map(({ name, state }) => `${name} is ${state}`),
      ...processes.filter(({ isStopped }) => isStopped).map(({ command }) => `stopped: ${command}`),
      // The agent, the proxies and their spare, two services.
      ...(processes.length === 5 ? [] : processes.map(({ command }) => `runs: ${command}`)),
      ...(guardsOf(fleet.pids.agent).length === 1 ? [] : ['not one guard']),
      ...(await brokenEdges(fleet)),
      ...answers.flatMap((answer, index) =>
        answer === 'answered' ? [] : [`${fleet.status.edges[index]!.name} is ${answer}`],
      ),
    ]
    return wrong.length === 0
  })
  return wrong
}

async function withoutAgent(trial: ResidueTrial, fleet: Fleet): Promise<ResidueResult> {
  const { victims, nextDiesMs, number } = trial
  const isGuarded = !victims.includes('guard')
  const { cli, killedAt } = await killAt(trial, fleet)
  const result: ResidueResult = {
    what: describeTrial(trial),
    residues: [],
    healMs: undefined,
    healer: isGuarded ? 'guard' : 'next msvc',
  }
  const left = () => processesIn(fleet.root).filter(({ pid }) => pid !== cli.pid)
  if (isGuarded) {
    const isBroken = (): boolean =>
      left().some(({ isStopped, command }) => isStopped || /burner|proxy-process/.test(command))
    if (!(await until(goneWithinMs, () => !isBroken()))) result.residues.push('something is broken still')
    else result.healMs = Date.now() - killedAt
    if (!(await until(goneWithinMs, () => left().length === 0))) {
      result.residues.push(...left().map(({ command }) => `outlived the guard: ${command}`))
    }
    if (!(await until(goneWithinMs, () => !isThere(fleet.pids.guard))))
      result.residues.push('the guard stays')
  }
  const said = await cli.ended
  if (/bug of msvc|\(overdue/.test(said.stderr)) result.residues.push(`the command said: ${said.stderr}`)

  if (nextDiesMs !== undefined) {
    const dying = msvc(fleet.root, 'down')
    await sleep(nextDiesMs)
    dying.kill()
    await dying.ended
  }
  await msvc(fleet.root, number % 2 === 0 ? 'down' : 'status').ended
  result.residues.push(...(await notGone(fleet)))
  return result
}

async function takenDown(fleet: Fleet): Promise<string[]> {
  const { code, stderr } = await msvc(fleet.root, 'down').ended
  return [...(code === 0 ? [] : [`msvc down ended with ${code}: ${stderr}`]), ...(await notGone(fleet))]
}

/** What there is still of a fleet that has ended. */
async function notGone({ root, socket, journal, status }: Fleet): Promise<string[]> {
  const ports = [
    ...status.services.flatMap(({ port, adminPort }) => [port, adminPort]),
    ...status.edges.map(({ url }) => Number(new URL(url).port)),
  ]
  let wrong: string[] = []
  // What was being started when agent and guard died is in nobody's books: it ends by itself, within a second.
  await until(goneWithinMs, async () => {
    const open = await Promise.all(ports.map(isPortOpen))
    wrong = [
      ...processesIn(root).map(({ command }) => `outlived all: ${command}`),
      ...ports.filter((_, index) => open[index]).map((port) => `port ${port} is taken still`),
      ...recordFiles(root, socket).map((name) => `${name} is there still`),
    ]
    return wrong.length === 0
  })
  const open = closeUnhealed(readJournal(journal), 0)
  return [...wrong, ...open.map(({ subject }) => `${subject} has no end in the journal`)]
}

interface Command {
  pid: number | undefined
  ended: Promise<{ code: number | null; stderr: string }>
  kill(): void
}

const program = fileURLToPath(new URL('../../bin/run.js', import.meta.url))

function msvc(cwd: string, ...args: string[]): Command {
  const child = spawn(process.execPath, [program, ...args], { cwd, stdio: ['ignore', 'ignore', 'pipe'] })
  let stderr = ''
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()))
  const overdue = setTimeout(() => {
    stderr += `\n(overdue: it had not ended after ${commandWithinMs} ms)`
    child.kill('SIGKILL')
  }, commandWithinMs)
  const ended = new Promise<{ code: number | null; stderr: string }>((resolve) => {
    // Not `close`: what it started may keep its standard error open.
    child.on('exit', (code) => {
      clearTimeout(overdue)
      child.stderr.destroy()
      resolve({ code, stderr })
    })
  })
  return { pid: child.pid, ended, kill: () => void child.kill('SIGKILL') }
}

function commandOf({ by, fault }: ResidueTrial, root: string): string[] {
  const { kind, target, params } = fault
  if (by === 'experiment') {
    writeFileSync(join(root, 'experiment.yaml'), experimentWith(fault))
    return ['chaos', 'run', 'experiment.yaml']
  }
  const flags = Object.entries(params).flatMap(([name, value]) => [`--${name}`, String(value)])
  return ['chaos', kind, target, '--for', `${leaseMs}ms`, ...flags]
}

const scenario = `apiVersion: msvc/v1
kind: Scenario
name: default
requests: [{name: page, path: /}]
`

const experimentWith = ({ kind, target, params }: ResidueTrial['fault']): string => `apiVersion: msvc/v1
kind: Experiment
metadata: {name: trial}
load: {rps: 40, warmUp: 0ms, timeout: 1s}
steadyState: {probes: [{name: page-ok, metric: success_rate, route: page, min: 0.5, window: 1s}]}
method: [{at: ${firstFaultMs}ms, fault: ${kind}, target: '${target}', for: ${leaseMs}ms, params: ${JSON.stringify(params)}}]
recover: {within: 1s}
`

/** So that what is on an edge has something to break. */
function trafficThrough({ edges }: FleetStatus): Disposable {
  const over = new AbortController()
  void (async () => {
    while (!over.signal.aborted) {
      await Promise.all(edges.map(({ url }) => answerOf(url)))
      await sleep(20, undefined, { signal: over.signal }).catch(() => {}) // over: the loop ends
    }
  })()
  return { [Symbol.dispose]: () => over.abort() }
}

const answerWithinMs = 250

async function answerOf(url: string): Promise<'answered' | 'silent' | 'refused' | 'cut' | 'wrong'> {
  try {
    const headers = { connection: 'close' }
    const { status } = await fetch(url, { headers, signal: AbortSignal.timeout(answerWithinMs) })
    return status === 200 ? 'answered' : 'wrong'
  } catch (error) {
    const { name, cause } = error as Error & { cause?: NodeJS.ErrnoException }
    if (name === 'TimeoutError') return 'silent'
    return cause?.code === 'ECONNREFUSED' ? 'refused' : 'cut'
  }
}

async function until(withinMs: number, isTrue: () => boolean | Promise<boolean>): Promise<boolean> {
  const deadline = performance.now() + withinMs
  for (;;) {
    if (await isTrue()) return true
    if (performance.now() > deadline) return false
    await sleep(pollMs)
  }
}
