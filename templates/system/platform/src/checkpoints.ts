// Keeps the write-ahead log of a database short without keeping the event loop waiting.
//
//   commit ─▶ 8 MB of log? ─▶ commits wait ─▶ a thread moves the pages to the database, fsync ─▶ commits go on
//
// SQLite does this inside of every thousandth page's commit, with two fsyncs and thousands of writes: 10 ms and
// more in which the process answers nobody. Meanwhile reads go on, and so does everything else of the loop.
// Commits wait, because a log that is written to all the time never comes to its end and could not begin anew.

import type { DatabaseSync } from 'node:sqlite'
import { Worker } from 'node:worker_threads'
import type { CheckpointAnswer } from './checkpoint-thread.ts'
import type { Logger } from './logger.ts'

export interface Checkpoints {
  /** Asked after each commit: settles when the next one may begin; undefined for at once. */
  due(): Promise<void> | undefined
  /** Not before this may the database be closed: the last one to close it takes the log away. */
  close(): Promise<void>
}

const pageBytes = 4096
/** How much is written before the log goes to the database. */
const duePages = 2000
/** Then SQLite does it itself, in a commit: the thread is gone, or a reader from outside has held the log for long. */
const overduePages = 8 * duePages

export function createCheckpoints(database: DatabaseSync, log: Logger): Checkpoints {
  database.exec(`pragma wal_autocheckpoint = ${overduePages}`)
  // What a long reader made of the file is cut off again.
  database.exec(`pragma journal_size_limit = ${2 * duePages * pageBytes}`)
  const size = database.prepare('pragma wal_checkpoint(noop)')
  let pagesBefore = 0
  let thread: Worker | undefined

  return {
    due() {
      const pages = pagesOfLog()
      if (pages < pagesBefore) pagesBefore = 0 // it has begun anew
      if (pages - pagesBefore < duePages) return undefined
      pagesBefore = pages
      return checkpoint()
    },
    async close() {
      await thread?.terminate()
    },
  }

  function pagesOfLog(): number {
    try {
      return database.isOpen ? (size.get() as { log: number }).log : 0
    } catch (error) {
      // The next commit tells what it means for the store.
      log.warn({ err: error }, 'the size of the write-ahead log cannot be told')
      return 0
    }
  }

  /** Settles in any case: what could not be moved stays in the log, and is tried again after as much more. */
  function checkpoint(): Promise<void> {
    thread ??= startThread()
    const { promise, resolve } = Promise.withResolvers<void>()
    const running = thread
    const done = (): void => {
      running.off('message', answered).off('exit', done)
      running.unref()
      resolve()
    }
    const answered = ({ error }: CheckpointAnswer): void => {
      if (error !== undefined) log.warn({ reason: error }, 'the write-ahead log could not be moved')
      done()
    }
    running.on('message', answered).on('exit', done)
    running.ref() // who waits for a commit must not see the process end instead
    running.postMessage('checkpoint')
    return promise
  }

  /** Only when it is needed: a service that is idle has no thread. */
  function startThread(): Worker {
    const started = new Worker(new URL('./checkpoint-thread.ts', import.meta.url), {
      workerData: database.location(),
    })
    started.on('error', (error) => log.error({ err: error }, 'the thread for checkpoints has ended'))
    started.on('exit', () => {
      if (thread === started) thread = undefined
    })
    return started
  }
}
