// The database of a service, and what happens when the disk is full, broken or read-only, or when somebody else has
// locked it.
//
//   commit ─▶ stored ─▶ answer
//          └▶ refused ─▶ 503, unready ─▶ a small write is tried every half second ─▶ ready
//
// A write that was refused was not acknowledged, so nothing is lost; and a service that cannot
// write says so before somebody sends it more.

import type { DatabaseSync } from 'node:sqlite'
import { createCheckpoints } from './checkpoints.ts'
import { openDatabase, patienceMs, waitForOthers } from './database.ts'
import { createGroupCommit, type Commit } from './group-commit.ts'
import type { Logger } from './logger.ts'

export interface DurableStore {
  database: DatabaseSync
  /** Rejects with StorageUnavailable when it cannot be written. */
  commit: Commit
  /** Why it cannot be written to at present. */
  trouble(): string | undefined
  close(): Promise<void>
}

/** Answered as 503 (app.ts): nothing of the request was kept. */
export class StorageUnavailable extends Error {}

export interface DurableStoreOptions {
  folder: string
  /** `<folder>/<name>.db` */
  name: string
  /** Repeatable: `create … if not exists`. */
  schema: string
  log: Logger
}

const tryAgainMs = 500
const probeSchema = 'create table if not exists write_probe (id integer primary key, at integer) strict;'

export function openDurableStore({ folder, name, schema, log }: DurableStoreOptions): DurableStore {
  const database = orExplain(`${folder}/${name}.db`, () => openDatabase(folder, name, schema + probeSchema))
  const checkpoints = createCheckpoints(database, log)
  const groupCommit = createGroupCommit(database, checkpoints.due)
  const probe = database.prepare('insert or replace into write_probe (id, at) values (1, ?)')
  let trouble: string | undefined
  let timer: NodeJS.Timeout | undefined
  let isClosed = false

  const commit: Commit = async (work) => {
    try {
      const value = await groupCommit(work)
      recovered()
      return value
    } catch (error) {
      const reason = refusal(error)
      if (reason === undefined) throw error
      failed(reason)
      throw new StorageUnavailable(`The ${name} store cannot be written: ${reason}. Nothing was kept.`, {
        cause: error,
      })
    }
  }

  return {
    database,
    commit,
    trouble: () => trouble,
    async close() {
      isClosed = true
      clearInterval(timer)
      await checkpoints.close()
      database.close()
    },
  }

  function failed(reason: string): void {
    if (trouble === undefined) log.error({ store: name, folder, reason }, 'the store cannot be written')
    trouble = `${name} store: ${reason}`
    // Once is enough: who waits anew with each try answers nobody.
    waitForOthers(database, 0)
    timer ??= setInterval(() => void tryToWrite(), tryAgainMs).unref()
  }

  function recovered(): void {
    if (trouble === undefined) return
    log.info({ store: name }, 'the store can be written again')
    trouble = undefined
    waitForOthers(database, patienceMs)
    clearInterval(timer)
    timer = undefined
  }

  async function tryToWrite(): Promise<void> {
    // Its failure is the state that we are in already.
    await commit(() => probe.run(Date.now())).catch((error: unknown) => {
      if (!(error instanceof StorageUnavailable) && !isClosed) throw error
    })
  }
}

/** What is refused is trouble of whoever runs the service, and said as such. */
export function orExplain<T>(path: string, open: () => T): T {
  try {
    return open()
  } catch (error) {
    const reason = refusal(error)
    if (reason === undefined) throw error
    throw new StorageUnavailable(`${path} cannot be opened for writing: ${reason}.`, { cause: error })
  }
}

// SQLite's primary result codes (sqlite.org/rescode.html). After a failed fsync the frames of that commit
// are written anew by the next one, so a later success is a real one.
const refusals = new Map([
  [5, 'another process holds it'],
  [8, 'the folder is read-only'],
  [10, 'the disk gave an I/O error'],
  [13, 'the disk is full'],
  [14, 'the file cannot be opened'],
])

function refusal(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('errcode' in error) || typeof error.errcode !== 'number')
    return undefined
  return refusals.get(error.errcode & 0xff)
}
