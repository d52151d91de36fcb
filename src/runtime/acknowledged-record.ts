// What a load run got acknowledged, from its own record. A record that is not whole is no evidence: what is missing
// in it would be taken for kept.

import { join } from 'node:path'
import { diskFiles } from '../adapters/files.ts'
import type { AcknowledgedOrder } from '../chaos/invariants.ts'
import { errors } from '../errors.ts'
import type { Run } from '../observe/run.ts'
import { findRun, listRuns } from './runs.ts'

export interface AcknowledgedRecord {
  /** null when no run here got anything acknowledged. */
  run: string | null
  acknowledged: readonly AcknowledgedOrder[]
}

/**
 * Of the run with the id; of the newest that got something acknowledged, if none is given.
 *
 * @throws UserError unknown-run, run-of-another-system, run-record-cut, run-record-unreadable
 */
export async function readAcknowledged(
  root: string,
  { run, system }: { run: string | undefined; system: string },
): Promise<AcknowledgedRecord> {
  const runs = run === undefined ? await listRuns(root) : [await findRun(root, run)]
  for (const { id, folder, system: whose } of runs) {
    if (run !== undefined && whose !== null && whose !== system)
      throw errors.runOfAnotherSystem(id, whose, system)
    if (whose !== null && whose !== system) continue
    const file = join(folder, 'acknowledged.ndjson')
    const text = (await diskFiles.readIfExists(file)) ?? ''
    // A run that was killed may have left half a line, which promised nothing to anybody.
    const lines = text.split('\n').slice(0, -1)
    const promised = await promisedIn(folder)
    if (lines.length < promised) throw errors.runRecordCut(id, file, { found: lines.length, promised })
    if (lines.length > 0 || run !== undefined) {
      return { run: id, acknowledged: lines.map((line, index) => orderIn(line, { file, line: index + 1 })) }
    }
  }
  return { run: null, acknowledged: [] }
}

/** 0 as well when the run has not ended. */
async function promisedIn(folder: string): Promise<number> {
  const text = await diskFiles.readIfExists(join(folder, 'run.json'))
  return text === undefined ? 0 : (JSON.parse(text) as Run).acknowledged
}

function orderIn(line: string, place: { file: string; line: number }): AcknowledgedOrder {
  try {
    const found = JSON.parse(line) as Partial<AcknowledgedOrder> | null
    if (typeof found?.key === 'string' && (found.id === null || typeof found.id === 'string'))
      return found as AcknowledgedOrder
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
  }
  throw errors.runRecordUnreadable(place)
}
