// A durable SQLite database for one service.

import { DatabaseSync } from 'node:sqlite'
import { join } from 'node:path'

/** `<folder>/<name>.db`; the schema must be repeatable (`create … if not exists`). */
export function openDatabase(folder: string, name: string, schema: string): DatabaseSync {
  const database = new DatabaseSync(join(folder, `${name}.db`))
  // FULL: what was committed survives a power cut. The group commit makes that affordable.
  waitForOthers(database, patienceMs)
  database.exec('pragma journal_mode = wal; pragma synchronous = full')
  database.exec(schema)
  return database
}

/** How long somebody from outside may hold it; the whole process waits meanwhile. */
export const patienceMs = 1000

export function waitForOthers(database: DatabaseSync, ms: number): void {
  database.exec(`pragma busy_timeout = ${ms}`)
}
