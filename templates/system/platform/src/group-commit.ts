// Many writes, one fsync: what comes in during one turn of the event loop is committed together, and
// nobody gets an answer before the commit.
//
//   write ─┐
//   write ─┼─▶ begin · write · write · write · commit (one fsync) ─▶ three answers
//   write ─┘

import type { DatabaseSync } from 'node:sqlite'

/** Runs the synchronous work inside the next commit; rejects with what the work or the commit threw. */
export type Commit = <T>(work: () => T) => Promise<T>

/** Asked after each commit: the next one waits for what it gives. */
export type Pause = () => Promise<void> | undefined

interface Entry {
  work: () => unknown
  resolve: (value: unknown) => void
  reject: (reason: unknown) => void
}

/** A group that is longer goes on in the next turn, so that a crowd of writers does not keep the event loop. */
const groupMs = 4

export function createGroupCommit(database: DatabaseSync, pause: Pause = () => undefined): Commit {
  let waiting: Entry[] = []
  let isUnderWay = false

  return <T>(work: () => T) => {
    const { promise, resolve, reject } = Promise.withResolvers<T>()
    waiting.push({ work, resolve: resolve as Entry['resolve'], reject })
    if (!isUnderWay) goOn()
    return promise
  }

  function goOn(): void {
    isUnderWay = waiting.length > 0
    if (isUnderWay) setImmediate(commitGroup)
  }

  function commitGroup(): void {
    commitAll()
    const paused = pause()
    if (paused === undefined) goOn()
    else void paused.then(goOn)
  }

  function commitAll(): void {
    const entries = waiting
    waiting = []
    const answers: (() => void)[] = []
    try {
      database.exec('begin immediate')
      const endMs = performance.now() + groupMs
      for (const entry of entries) {
        answers.push(runAlone(entry))
        if (performance.now() > endMs) break
      }
      database.exec('commit')
    } catch (error) {
      if (database.isTransaction) database.exec('rollback')
      for (const { reject } of entries) reject(error)
      return
    }
    waiting = entries.slice(answers.length)
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
