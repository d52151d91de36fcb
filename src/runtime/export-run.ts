// `msvc runs export`: a recorded run → the file of another tool.

import { resolve } from 'node:path'
import { diskFiles } from '../adapters/files.ts'
import { exportRun } from '../load/exports/export-run.ts'
import type { ExportFormat } from '../load/exports/formats.ts'
import { readRecordedRun } from './recorded-run.ts'

export interface ExportedRun {
  id: string
  format: ExportFormat
  /** null: it was printed. */
  file: string | null
  text: string
}

export async function exportRecordedRun(asked: {
  from: string
  id: string | undefined
  format: ExportFormat
  file: string | undefined
}): Promise<ExportedRun> {
  const { from, id, format, file } = asked
  const run = await readRecordedRun(from, id)
  const text = exportRun(run, format, (at) => new Date(at).toISOString())
  const path = file === undefined ? null : resolve(from, file)
  if (path !== null) await diskFiles.write(path, text)
  return { id: run.id, format, file: path, text }
}
