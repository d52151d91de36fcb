// The event log of a service as it stands on disk: rows and anchors. Read-only; the service may run or not.
//
//   <DATA_DIR>/<name>.db              a table `events` whose rows carry `prev` and `hash`
//   <DATA_DIR>/anchors/*.ndjson       {"at","pos","hash"} a line; or in a folder that is kept elsewhere

import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { Anchor, AuditRow } from '../system/audit-log.ts'

export interface AuditLog extends Disposable {
  file: string
  rows(): Iterable<AuditRow>
  anchors: Anchor[]
}

/** The first database in the folder that has such a table; undefined when none has. */
export function openAuditLog(folder: string, anchorFolder = join(folder, 'anchors')): AuditLog | undefined {
  if (!existsSync(folder)) return undefined
  for (const name of readdirSync(folder)) {
    if (!name.endsWith('.db')) continue
    const file = join(folder, name)
    const database = new DatabaseSync(file, { readOnly: true })
    if (hasChain(database)) {
      return {
        file,
        anchors: readAnchors(anchorFolder),
        rows: () => database.prepare('select * from events order by pos').iterate() as Iterable<never>,
        [Symbol.dispose]: () => database.close(),
      }
    }
    database.close()
  }
  return undefined
}

const hasChain = (database: DatabaseSync): boolean =>
  database
    .prepare(`select count(*) as n from pragma_table_info('events') where name in ('prev', 'hash')`)
    .get()?.['n'] === 2

/** A line that a crash left half-written is the last of its file and counts as not written. */
function readAnchors(folder: string): Anchor[] {
  if (!existsSync(folder)) return []
  return readdirSync(folder)
    .filter((name) => name.endsWith('.ndjson'))
    .flatMap((name) => {
      const lines = readFileSync(join(folder, name), 'utf8').split('\n')
      lines.pop() // after the last newline: nothing, or half a line
      return lines.map((line) => JSON.parse(line) as Anchor)
    })
}
