// Writes down, outside of the database, how far the log was and what its hash was: once a minute, and
// when the service starts and ends. A log that is rewritten or cut after that no longer agrees, which shows before the
// next anchor, at the next start, and to `msvc audit verify`.
//
//   start, and each minute ─▶ the log has the last anchor's event, or goes on from it? ─▶ yes ─▶ anchor
//                                                                                      └▶ no ──▶ no more anchors
//
// A crash between a commit and its anchor leaves a log that is longer than its last anchor, which is as it should be.
//
// It proves as much as the place it is kept in: for evidence against whoever owns this machine, point
// ANCHOR_DIR at another one, or keep the log lines `audit anchor`, which say the same.

import { dirname } from 'node:path'
import type { Clock, Logger } from '@system/platform'
import { appendAnchor, readLastAnchor, type Anchor, type LastAnchor } from './anchor-file.ts'
import type { EventStore } from './event-store.ts'

export interface AnchorOptions {
  store: Pick<EventStore, 'head' | 'hashAt'>
  file: string
  clock: Clock
  log: Logger
  everyMs: number
  /** The log was changed while the service ran; nothing is anchored. Told again as long as it is so. */
  onContradiction: (reason: string) => void
}

type Compared = Pick<AnchorOptions, 'store' | 'file' | 'log'>

/** Why the log is not the one that was anchored last; undefined when it is, or when nothing tells. */
export function contradictionOf(compared: Compared): string | undefined {
  const { file, log } = compared
  const { anchor, torn } = readOrTell(file, log)
  if (torn > 0) log.warn({ file, lines: torn }, 'the end of the audit anchors is torn, and passed over')
  return anchor && contradictionWith(anchor, compared)
}

type Anchored = Pick<Anchor, 'pos' | 'hash'>

function contradictionWith(anchor: Anchored, { store, file, log }: Compared): string | undefined {
  const found = store.hashAt(anchor.pos)
  if (found === anchor.hash) return undefined
  const head = store.head()
  const why = head.pos < anchor.pos ? `it ends at ${head.pos}` : 'that event is gone or another one'
  const reason = `the log of events is not the one that was anchored at ${anchor.pos}: ${why}`
  log.error(
    { file, pos: anchor.pos, anchored: anchor.hash, found, head },
    `${reason}. No order is taken, none is paid and nothing is anchored. ` +
      `See msvc audit verify order --anchors ${dirname(file)}, and put the log back. ` +
      `If it is an older one on purpose, move ${file} away, keep it, and start again`,
  )
  return reason
}

/** `stop` writes a last one. */
export function startAnchors({ store, file, clock, log, everyMs, onContradiction }: AnchorOptions): {
  stop: () => void
} {
  let anchored: Anchored | undefined
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
    const reason = anchored && contradictionWith(anchored, { store, file, log })
    if (reason !== undefined) return onContradiction(reason)
    const { pos, hash } = store.head()
    if (pos === (anchored?.pos ?? 0)) return
    try {
      appendAnchor(file, { at: clock.epochMs(), pos, hash })
      anchored = { pos, hash }
      log.info({ pos, hash }, 'audit anchor')
    } catch (error) {
      // The next minute tries again; the log itself has its hashes in any case.
      log.error({ err: error, file }, 'the audit anchor could not be written')
    }
  }
}

/** A place that cannot be read is no reason to turn customers away, as one that cannot be written is none. */
function readOrTell(file: string, log: Logger): LastAnchor {
  try {
    return readLastAnchor(file)
  } catch (error) {
    log.error({ err: error, file }, 'the audit anchors could not be read; the log was not compared with them')
    return { anchor: undefined, torn: 0 }
  }
}
