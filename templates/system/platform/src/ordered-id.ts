// Ids that sort by the time at which they were made (UUID version 7, RFC 9562).
//
// Ids by pure chance put every new row on another page of an index, and each page that was touched is
// written on commit. Ids in order of time put all of them on the last one.

import { randomUUID } from 'node:crypto'

export function orderedId(epochMs: number): string {
  const time = Math.floor(epochMs).toString(16).padStart(12, '0')
  return `${time.slice(0, 8)}-${time.slice(8)}-7${randomUUID().slice(15)}`
}
