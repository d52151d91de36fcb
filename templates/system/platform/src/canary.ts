// Canaries: requests of whoever watches the system (an experiment of `msvc chaos run`), to be seen in every trace.
//
//   x-canary-key: <CANARY_KEY>    traceparent: 00-…-…-01
//
// The edge believes no stranger about traces, or the first one to send the flag would have ten thousand of them a
// second recorded. Who knows the key is none.

import { timingSafeEqual } from 'node:crypto'

export const canaryHeader = 'x-canary-key'

/** Says whether the header, as it came, holds the key. Without a key nobody is a canary. */
export function createCanaryCheck(
  key: string | undefined,
): (header: string | string[] | undefined) => boolean {
  if (key === undefined) return () => false
  const expected = Buffer.from(key)
  return (header) => {
    if (typeof header !== 'string') return false
    const given = Buffer.from(header)
    return given.length === expected.length && timingSafeEqual(given, expected)
  }
}
