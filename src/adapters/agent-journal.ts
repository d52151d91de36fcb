// A journal on the disk: one event a line, one file per `up`, the newest few kept.
//
// Written synchronously: what was told to a reader is in the file before the next event is made, and a
// kill -9 loses nothing that was written. Only a fault's intent pays for an fsync.

import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import type { SystemEvent } from '../events.ts'

const journalsKept = 20

export interface Journal extends Disposable {
  path: string
  append(event: SystemEvent): void
  /** Returns when all that was appended is on the disk itself. */
  sync(): void
}

export const journalFolder = (root: string): string => join(root, '.msvc', 'journal')

/** Opens a new journal and removes the oldest ones. */
export function openJournal(root: string, startedAt: number): Journal {
  const folder = journalFolder(root)
  mkdirSync(folder, { recursive: true })
  const stamp = new Date(startedAt).toISOString().replace(/[-:]/g, '').replace('.', '-')
  const path = join(folder, `${stamp}-${process.pid}.ndjson`)
  const journal = { path, ...appendTo(path) }
  prune(folder)
  return journal
}

/** Goes on with a journal whose agent is gone. */
export const reopenJournal = (path: string): Journal => ({ path, ...appendTo(path) })

/** The events of a journal; a last line that was cut by a crash is left out. */
export function readJournal(path: string): SystemEvent[] {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
  const lines = text.split('\n')
  lines.pop() // what follows the last line feed: nothing, or half an event
  return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as SystemEvent)
}

function appendTo(path: string): Omit<Journal, 'path'> {
  const file = openSync(path, 'a', 0o600)
  return {
    append: (event) => void writeSync(file, `${JSON.stringify(event)}\n`),
    sync: () => fsyncSync(file),
    [Symbol.dispose]: () => closeSync(file),
  }
}

// The name starts with the time, so the order of names is the order of age.
function prune(folder: string): void {
  const journals = readdirSync(folder)
    .filter((name) => name.endsWith('.ndjson'))
    .toSorted()
  for (const name of journals.slice(0, -journalsKept)) rmSync(join(folder, name), { force: true })
}
