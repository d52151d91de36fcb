// Random hex digits for ids that are made for every request: the system is asked for many bytes at once, since
// asking for each id anew, and taking the dashes out of a UUID, costs several times what the id itself does.

import { randomFillSync } from 'node:crypto'

const poolBytes = 4096

/** Gives two digits for each byte; at most the pool's bytes at a time. */
export function createRandomHex(): (bytes: number) => string {
  const pool = Buffer.alloc(poolBytes)
  let used = poolBytes
  return (bytes) => {
    if (used + bytes > poolBytes) {
      randomFillSync(pool)
      used = 0
    }
    used += bytes
    return pool.toString('hex', used - bytes, used)
  }
}
