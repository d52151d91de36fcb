// A durable SQLite database for one service.

import { DatabaseSync } from 'node:sqlite'
import { join } from 'node:path'

/** `<folder>/<name>.db`; the schema must be repeatable (`create … if not exists`). */
export function openDatabase(folder: string, name: string, schema: string): DatabaseSync {
  const database = new DatabaseSync(join(folder, `${name}.db`))
  // FULL: what was committed survives a power cut. The group commit makes that affordable.
  // Without a busy timeout, a reader from outside would make a commit fail at once.
  database.exec('pragma journal_mode = wal; pragma synchronous = full; pragma busy_timeout = 5000')
  database.exec(schema)
  return database
}
