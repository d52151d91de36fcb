// The thread of checkpoints.ts: a connection of its own, and one thing to do.

import { DatabaseSync } from 'node:sqlite'
import { parentPort, workerData } from 'node:worker_threads'

/** `error`: why nothing or not everything was moved. */
export interface CheckpointAnswer {
  error?: string
}

const database = new DatabaseSync(workerData as string)
// FULL, as everywhere: the log may only begin anew when what was in it is on the disk.
database.exec('pragma synchronous = full; pragma busy_timeout = 5000')

parentPort?.on('message', () => parentPort?.postMessage(checkpoint()))

function checkpoint(): CheckpointAnswer {
  try {
    // Passive: waits for nobody. What a reader still needs is moved the next time.
    database.exec('pragma wal_checkpoint(passive)')
    return {}
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error) }
  }
}
