// Reads a recorded load run back, from its folder.

import { join } from 'node:path'
import { diskFiles } from '../adapters/files.ts'
import { errors } from '../errors.ts'
import type { SystemEvent } from '../events.ts'
import type { RecordedRun } from '../load/exports/recorded.ts'
import type { Run } from '../observe/run.ts'
import { findRun } from './runs.ts'

/** @throws UserError no-runs, unknown-run, no-load-in-run */
export async function readRecordedRun(from: string, id: string | undefined): Promise<RecordedRun> {
  const listed = await findRun(from, id)
  const text = await diskFiles.readIfExists(join(listed.folder, 'run.json'))
  const load = text === undefined ? undefined : (JSON.parse(text) as Run).summary.load
  if (load === undefined) throw errors.noLoadInRun(listed.id)
  const journal = await diskFiles.read(join(listed.folder, 'events.ndjson'))
  const events = journal
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as SystemEvent)
  return { id: listed.id, report: load, events }
}
