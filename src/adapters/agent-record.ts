// .msvc/agent.json: who runs this system. It is the lock of the fleet (made whole by link(2), which
// fails when it is there already) and what is needed to clean up after an agent that was killed.

import { linkSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { errors } from '../errors.ts'
import type { HostPort, ProcessIdentity } from '../ports.ts'
import { isAlive, ownIdentity } from './process-identity.ts'

export interface AgentRecord extends ProcessIdentity {
  /** The folder in which it was started; another one when the folder was moved or copied since. */
  root: string
  socket: string
  /** The journal's path. */
  journal: string
  /** Epoch ms. */
  startedAt: number
  /** The services' process groups. */
  processes: (ProcessIdentity & { service: string })[]
  /** The server that has its proxies, and how their names begin. */
  toxiproxy?: { address: HostPort; prefix: string }
}

export const agentRecordPath = (root: string): string => join(root, '.msvc', 'agent.json')

/** undefined: no agent, or none that ended without a goodbye. */
export function readAgentRecord(root: string): AgentRecord | undefined {
  return read(agentRecordPath(root))
}

/** True when both paths lead to one and the same file. */
export function isSameRecord(root: string, other: string): boolean {
  const [one, two] = [root, other].map((folder) =>
    statSync(agentRecordPath(folder), { throwIfNoEntry: false }),
  )
  return one !== undefined && one.dev === two?.dev && one.ino === two.ino
}

/** False when another agent has the record. */
export function claimAgentRecord(root: string, record: AgentRecord): boolean {
  const temporary = writeTemporary(root, record)
  try {
    linkSync(temporary, agentRecordPath(root))
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  } finally {
    rmSync(temporary, { force: true })
  }
}

/** Only its owner may: the record is his lock. Nothing happens when it is not here any more. */
export function updateAgentRecord(root: string, record: AgentRecord): void {
  if (isRecordOf(root, record)) renameSync(writeTemporary(root, record), agentRecordPath(root))
}

/** The same: after a move of the folder, another agent's record may stand there. */
export function releaseAgentRecord(root: string, owner: ProcessIdentity): void {
  if (isRecordOf(root, owner)) removeAgentRecord(root)
}

function isRecordOf(root: string, owner: ProcessIdentity): boolean {
  const record = readAgentRecord(root)
  return record?.pid === owner.pid && record.startTime === owner.startTime
}

export const removeAgentRecord = (root: string): void => rmSync(agentRecordPath(root), { force: true })

/** The record of a dead agent, in the hands of the one who cleans up after it. */
export interface TakenRecord {
  record: AgentRecord
  /** All that it names is cleaned up. Whoever dies earlier leaves it to the next. */
  done(): void
}

/** Of two that try at once, one gets it; what somebody took who died since is there for the next. */
export function takeDeadRecord(root: string): TakenRecord | undefined {
  const mine = ownPath(root, 'taken')
  const seen = readAgentRecord(root)
  const current = seen !== undefined && !isAlive(seen) ? [agentRecordPath(root)] : []
  for (const path of [...current, ...abandoned(root)]) {
    if (!move(path, mine)) continue
    const record = read(mine)
    if (record === undefined) continue
    if (isAlive(record)) {
      // A new agent has claimed the place since we looked.
      move(mine, agentRecordPath(root))
      continue
    }
    return { record, done: () => rmSync(mine, { force: true }) }
  }
  return undefined
}

/** True when an agent has died and nobody has cleaned up after it yet. */
export function isDeadRecordLeft(root: string): boolean {
  const record = readAgentRecord(root)
  return (record !== undefined && !isAlive(record)) || abandoned(root).length > 0
}

const abandoned = (root: string): string[] => ofDead(root, 'taken')

/** What was being written when its writer died. */
export function removeTemporaryRecords(root: string): void {
  for (const path of ofDead(root, 'tmp')) rmSync(path, { force: true })
}

/** agent.json.<pid>-<start time>.taken or .tmp: whose it is, so that others see whether he lives. */
function ownPath(root: string, suffix: 'taken' | 'tmp'): string {
  const { pid, startTime } = ownIdentity()
  return `${agentRecordPath(root)}.${pid}-${startTime}.${suffix}`
}

function ofDead(root: string, suffix: 'taken' | 'tmp'): string[] {
  const path = agentRecordPath(root)
  return namesIn(dirname(path)).flatMap((name) => {
    if (!name.startsWith(`${basename(path)}.`) || !name.endsWith(`.${suffix}`)) return []
    const [pid, ...startTime] = name.slice(basename(path).length + 1, -suffix.length - 1).split('-')
    return isAlive({ pid: Number(pid), startTime: startTime.join('-') }) ? [] : [join(dirname(path), name)]
  })
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
}

/** False when it is not there (any more). */
function move(from: string, to: string): boolean {
  try {
    renameSync(from, to)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false
    throw error
  }
}

function writeTemporary(root: string, record: AgentRecord): string {
  const temporary = ownPath(root, 'tmp')
  writeFileSync(temporary, `${JSON.stringify(record, null, 2)}\n`, { mode: 0o600 })
  return temporary
}

function read(path: string): AgentRecord | undefined {
  try {
    return recordIn(JSON.parse(readFileSync(path, 'utf8')), path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    if (error instanceof SyntaxError) throw errors.agentRecordForeign(path, undefined)
    throw error
  }
}

// Another version of msvc may have written it, and what is guessed of a process must not be killed.
function recordIn(found: unknown, path: string): AgentRecord {
  const record = (found ?? {}) as Partial<AgentRecord>
  const { pid, startTime, root, socket, journal, processes } = record
  const isWhole = [startTime, root, socket, journal].every((text) => typeof text === 'string')
  const isKnown = isWhole && typeof pid === 'number' && Array.isArray(processes)
  if (!isKnown) throw errors.agentRecordForeign(path, typeof pid === 'number' ? pid : undefined)
  return record as AgentRecord
}
