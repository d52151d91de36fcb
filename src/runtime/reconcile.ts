// Cleans up after an agent that ended without a goodbye (kill -9, a crash, the machine's own end).
//
// The guard has ended its services by then; this is the layer below: what the guard missed is ended
// (pid and start time checked), the journal gets the end of each open fault, the record is removed.

import { rmSync } from 'node:fs'
import { basename, join } from 'node:path'
import { journalFolder, readJournal, reopenJournal } from '../adapters/agent-journal.ts'
import {
  readAgentRecord,
  removeTemporaryRecords,
  takeDeadRecord,
  type AgentRecord,
} from '../adapters/agent-record.ts'
import { proxySocketOf } from '../adapters/agent-socket.ts'
import { systemClock } from '../adapters/clock.ts'
import { hasLiveGroup, isAlive, signalGroup } from '../adapters/process-identity.ts'
import { closeUnhealed } from '../chaos/unhealed.ts'
import { recordEvents } from './event-record.ts'

export interface Cleanup {
  agentPid: number
  /** Services that had outlived their agent. */
  endedProcesses: number
  closedFaults: number
  /** On a foreign Toxiproxy server. */
  removedProxies: number
  /** One line for stderr. */
  summary: string
}

/** Undefined when there was nothing to clean up. */
export async function reconcile(root: string): Promise<Cleanup | undefined> {
  removeTemporaryRecords(root)
  let all: Omit<Cleanup, 'summary'> | undefined
  for (let taken = takeDeadRecord(root); taken !== undefined; taken = takeDeadRecord(root)) {
    const { record, done } = taken
    const endedProcesses = await endLeftovers(record)
    // By name: the folder may have been moved since.
    const closedFaults = closeFaults(join(journalFolder(root), basename(record.journal)))
    const removedProxies = await removeProxies(record)
    for (const socket of [record.socket, proxySocketOf(record.socket)]) rmSync(socket, { force: true })
    done()
    all = {
      agentPid: record.pid,
      endedProcesses: endedProcesses + (all?.endedProcesses ?? 0),
      closedFaults: closedFaults + (all?.closedFaults ?? 0),
      removedProxies: removedProxies + (all?.removedProxies ?? 0),
    }
  }
  return all && { ...all, summary: describe(root, all) }
}

const settleWithinMs = 5000

/** While the agent lives and has no socket, it starts or ends: waits until that is over. */
export async function untilSettled(root: string, answers: () => Promise<boolean>): Promise<void> {
  const deadline = systemClock.monotonicMs() + settleWithinMs
  while (systemClock.monotonicMs() < deadline) {
    const record = readAgentRecord(root)
    if (record === undefined || !isAlive(record) || (await answers())) return
    await systemClock.sleep(20)
  }
}

/** Waits until the agent has ended; true when it has, and what it may have left is cleaned up. */
export async function untilEnded(
  root: string,
  withinMs: number,
  answers: () => Promise<boolean>,
): Promise<boolean> {
  const deadline = systemClock.monotonicMs() + withinMs
  for (;;) {
    const record = readAgentRecord(root)
    if (record === undefined && !(await answers())) return true
    if (record !== undefined && !isAlive(record)) {
      await reconcile(root)
      return true
    }
    if (systemClock.monotonicMs() > deadline) return false
    await systemClock.sleep(20)
  }
}

// The guard may be at work at this very moment, and services that end on TERM deserve the moment.
const guardTimeMs = 1000

async function endLeftovers({ processes }: AgentRecord): Promise<number> {
  const deadline = systemClock.monotonicMs() + guardTimeMs
  const left = () => processes.filter(hasLiveGroup)
  while (left().length > 0 && systemClock.monotonicMs() < deadline) await systemClock.sleep(20)
  const survivors = left()
  for (const one of survivors) signalGroup(one, 'SIGKILL')
  const gone = systemClock.monotonicMs() + guardTimeMs
  while (survivors.some(hasLiveGroup) && systemClock.monotonicMs() < gone) await systemClock.sleep(10)
  return survivors.length
}

/** A server that does not answer now loses them to the next fleet of this system that uses it. */
async function removeProxies({ toxiproxy }: AgentRecord): Promise<number> {
  if (toxiproxy === undefined) return 0
  const { removeLeftProxies } = await import('./toxiproxy-server.ts')
  return removeLeftProxies(toxiproxy).catch(() => 0)
}

function closeFaults(journal: string): number {
  const events = readJournal(journal)
  const missing = closeUnhealed(events, systemClock.now())
  if (missing.length === 0) return 0
  using file = reopenJournal(journal)
  const record = recordEvents(file, (events.at(-1)?.seq ?? 0) + 1)
  for (const event of missing) record.publishDurably(event)
  return missing.length
}

function describe(root: string, cleanup: Omit<Cleanup, 'summary'>): string {
  const { agentPid, endedProcesses: processes, closedFaults: faults, removedProxies: proxies } = cleanup
  const parts = [
    processes > 0 ? `${processes} leftover ${processes === 1 ? 'process' : 'processes'} ended` : '',
    faults > 0 ? `${faults} open ${faults === 1 ? 'fault' : 'faults'} closed` : '',
    proxies > 0 ? `${proxies} ${proxies === 1 ? 'proxy' : 'proxies'} removed from the Toxiproxy server` : '',
  ].filter(Boolean)
  const what = parts.length > 0 ? parts.join(', ') : 'nothing was left running'
  return `msvc: the agent of ${basename(root)} (pid ${agentPid}) had ended without a goodbye; cleaned up: ${what}.`
}
