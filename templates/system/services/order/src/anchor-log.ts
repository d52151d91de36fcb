// Writes down, outside of the database, how far the log was and what its hash was: once a minute, and
// when the service starts and ends. A log that is rewritten or cut after that no longer agrees.
//
//   {"at":1764000000000,"pos":1842,"hash":"9f…"}     one line an anchor, in ANCHOR_DIR/order.ndjson
//
// It proves as much as the place it is kept in: for evidence against whoever owns this machine, point
// ANCHOR_DIR at another one, or keep the log lines `audit anchor`, which say the same.

import { appendFileSync, closeSync, fsyncSync, mkdirSync, openSync } from 'node:fs'
import { join } from 'node:path'
import type { Clock, Logger } from '@system/platform'
import type { EventStore } from './event-store.ts'

export interface AnchorOptions {
  store: Pick<EventStore, 'head'>
  folder: string
  clock: Clock
  log: Logger
  everyMs: number
}

/** `stop` writes a last one. */
export function startAnchors({ store, folder, clock, log, everyMs }: AnchorOptions): { stop: () => void } {
  let anchored = 0
  const timer = setInterval(anchor, everyMs)
  timer.unref()
  anchor()
  return {
    stop() {
      clearInterval(timer)
      anchor()
    },
  }

  function anchor(): void {
    const { pos, hash } = store.head()
    if (pos === anchored) return
    try {
      mkdirSync(folder, { recursive: true })
      const file = openSync(join(folder, 'order.ndjson'), 'a')
      try {
        appendFileSync(file, `${JSON.stringify({ at: clock.epochMs(), pos, hash })}\n`)
        fsyncSync(file)
      } finally {
        closeSync(file)
      }
      anchored = pos
      log.info({ pos, hash }, 'audit anchor')
    } catch (error) {
      // The next minute tries again; the log itself has its hashes in any case.
      log.error({ err: error, folder }, 'the audit anchor could not be written')
    }
  }
}
