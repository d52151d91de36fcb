// Many writes, one fsync: what comes in during one turn of the event loop is committed together, and
// nobody gets an answer before the commit.
//
//   write ─┐
//   write ─┼─▶ begin · write · write · write · commit (one fsync) ─▶ three answers
//   write ─┘

import type { DatabaseSync } from 'node:sqlite'

/** Runs the synchronous work inside the next commit; rejects with what the work or the commit threw. */
export type Commit = <T>(work: () => T) => Promise<T>

interface Entry {
  work: () => unknown
  resolve: (value: unknown) => void
  reject: (reason: unknown) => void
}

export function createGroupCommit(database: DatabaseSync): Commit {
  let waiting: Entry[] = []

  return <T>(work: () => T) => {
    const { promise, resolve, reject } = Promise.withResolvers<T>()
    if (waiting.length === 0) setImmediate(commitAll)
    waiting.push({ work, resolve: resolve as Entry['resolve'], reject })
    return promise
  }

  function commitAll(): void {
    const entries = waiting
    waiting = []
    const answers: (() => void)[] = []
    try {
      database.exec('begin immediate')
      for (const entry of entries) answers.push(runAlone(entry))
      database.exec('commit')
    } catch (error) {
      if (database.isTransaction) database.exec('rollback')
      for (const { reject } of entries) reject(error)
      return
    }
    for (const answer of answers) answer()
  }

  /** One work that throws takes back its own writes, not those of its neighbours. */
  function runAlone({ work, resolve, reject }: Entry): () => void {
    database.exec('savepoint work')
    try {
      const value = work()
      database.exec('release work')
      return () => resolve(value)
    } catch (error) {
      database.exec('rollback to work; release work')
      return () => reject(error)
    }
  }
}
