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
  /** Lines among the anchors that are none: a crash or a full disk has cut them off. */
  tornAnchors: number
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
        ...readAnchors(anchorFolder),
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

function readAnchors(folder: string): Pick<AuditLog, 'anchors' | 'tornAnchors'> {
  if (!existsSync(folder)) return { anchors: [], tornAnchors: 0 }
  const lines = readdirSync(folder)
    .filter((name) => name.endsWith('.ndjson'))
    .flatMap((name) => readFileSync(join(folder, name), 'utf8').split('\n'))
    .filter((line) => line !== '')
  const anchors = lines.map(anchorIn).filter((anchor) => anchor !== undefined)
  return { anchors, tornAnchors: lines.length - anchors.length }
}

function anchorIn(line: string): Anchor | undefined {
  try {
    const { at, pos, hash } = (JSON.parse(line) ?? {}) as Partial<Anchor>
    return at === undefined || pos === undefined || hash === undefined ? undefined : { at, pos, hash }
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}
