// Whose agent does the record in a folder speak of? A running system's folder can be moved, copied, and
// reached by more than one path; its agent knows only the path that it was started with.

import { realpathSync } from 'node:fs'
import {
  isSameRecord,
  readAgentRecord,
  removeAgentRecord,
  type AgentRecord,
} from '../adapters/agent-record.ts'

export type AgentPlace =
  | { kind: 'unrecorded' }
  | { kind: 'here'; record: AgentRecord }
  /** This is the folder that it was started in, under another name by now. */
  | { kind: 'moved'; record: AgentRecord }

/** A record that came along with a copy of the folder is taken away: that fleet is the other folder's. */
export function agentPlace(root: string): AgentPlace {
  const record = readAgentRecord(root)
  if (record === undefined) return { kind: 'unrecorded' }
  if (record.root === realpathSync(root) || isSameRecord(record.root, root)) return { kind: 'here', record }
  if (readAgentRecord(record.root)?.pid !== record.pid) return { kind: 'moved', record }
  removeAgentRecord(root)
  return { kind: 'unrecorded' }
}
