// .msvc/agent.json: who runs this system. It is the lock of the fleet (made whole by link(2), which
// fails when it is there already) and what is needed to clean up after an agent that was killed.

import { linkSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ProcessIdentity } from '../ports.ts'

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

/** Takes the record of a dead agent away; of two that try at once, one gets it. */
export function takeAgentRecord(root: string): AgentRecord | undefined {
  const taken = `${agentRecordPath(root)}.${process.pid}.taken`
  try {
    renameSync(agentRecordPath(root), taken)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
  const record = read(taken)
  rmSync(taken, { force: true })
  return record
}

function writeTemporary(root: string, record: AgentRecord): string {
  const temporary = `${agentRecordPath(root)}.${process.pid}.tmp`
  writeFileSync(temporary, `${JSON.stringify(record, null, 2)}\n`, { mode: 0o600 })
  return temporary
}

function read(path: string): AgentRecord | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as AgentRecord
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}
