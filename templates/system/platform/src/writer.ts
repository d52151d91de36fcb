// One process of a service at a time has its data: two writers would each believe the store to be theirs.
//
// The lock is SQLite's own, on a file beside the stores: held by an open transaction, so that the system takes it
// back when the process dies, however it dies. Who comes second waits; that is how a new process takes over from one
// that drains.

import { DatabaseSync } from 'node:sqlite'
import { setTimeout as sleep } from 'node:timers/promises'
import { join } from 'node:path'
import { orExplain } from './durable-store.ts'

export interface Writer {
  release(): void
}

const askEveryMs = 10
/** `SQLITE_BUSY` */
const busy = 5

/** Rejects when the signal aborts first, and with `StorageUnavailable` where nothing can be written. */
export async function takeWriter(
  folder: string,
  { stopping, onWait }: { stopping: AbortSignal; onWait: () => void },
): Promise<Writer> {
  const path = join(folder, 'writer.lock')
  const lock = orExplain(path, () => new DatabaseSync(path, { timeout: 0 }))
  try {
    for (let tries = 0; !isTaken(lock); tries++) {
      if (tries === 0) onWait()
      await sleep(askEveryMs, undefined, { signal: stopping })
    }
  } catch (error) {
    lock.close()
    throw error
  }
  return { release: () => lock.close() }
}

function isTaken(lock: DatabaseSync): boolean {
  try {
    lock.exec('begin exclusive')
    return true
  } catch (error) {
    if ((error as { errcode?: number }).errcode === busy) return false
    throw error
  }
}
