// Is an event log still what was written? Each row carries the hash of the row before it, and now and then
// the last hash was written down outside of the database (an anchor). Pure.
//
//   genesis ─▶ 1 ─▶ 2 ─▶ 3 ─▶ … ─▶ n        a changed, added or missing row breaks the link after it
//                   ⚓           ⚓           a cut tail or a log written anew misses an anchor

import type { Anchor, AuditRow } from '../system/audit-log.ts'

export interface AuditResult {
  events: number
  /** The last link. */
  head: { pos: number; hash: string }
  anchors: number
  /** The first link that does not hold; null when all do. */
  broken: { pos: number; reason: string } | null
}

const genesis = '0'.repeat(64)

/** @param sha256 text → hex digest */
export function checkChain(
  rows: Iterable<AuditRow>,
  anchors: readonly Anchor[],
  sha256: (text: string) => string,
): AuditResult {
  const anchored = Map.groupBy(anchors, ({ pos }) => pos)
  let head = { pos: 0, hash: genesis }
  let events = 0
  let broken: AuditResult['broken'] = null
  for (const row of rows) {
    events++
    broken ??= faultOf(row, head, sha256) ?? missedAnchor(row, anchored.get(row.pos) ?? [])
    head = { pos: row.pos, hash: row.hash }
  }
  const last = anchors.reduce((highest, { pos }) => Math.max(highest, pos), 0)
  if (last > head.pos) {
    broken ??= {
      pos: head.pos + 1,
      reason: `the end is missing: the log stops at ${head.pos}, and was anchored at ${last}`,
    }
  }
  return { events, head, anchors: anchors.length, broken }
}

function faultOf(
  row: AuditRow,
  before: { pos: number; hash: string },
  sha256: (text: string) => string,
): AuditResult['broken'] {
  const { pos, prev, hash } = row
  if (pos !== before.pos + 1) return { pos: before.pos + 1, reason: `the event is missing; ${pos} follows` }
  if (prev !== before.hash) return { pos, reason: 'it does not follow from the event before it' }
  if (hash !== sha256(hashedText(row))) return { pos, reason: 'what it says is not what was written' }
  return null
}

/** All of them: a service that starts on a log written anew anchors that one too. */
const missedAnchor = ({ pos, hash }: AuditRow, anchors: readonly Anchor[]): AuditResult['broken'] =>
  anchors.every((anchor) => anchor.hash === hash)
    ? null
    : { pos, reason: 'it is not the event that was anchored: the log was written anew up to here' }

/** Part of the format: the service that writes the log hashes the same text. */
const hashedText = ({ prev, pos, id, stream, version, type, data, at }: AuditRow): string =>
  JSON.stringify([prev, pos, id, stream, version, type, data, at])
