// Pieces of a stream, joined.

/** Both, one after the other; no copy when one is empty. */
export function concat(first: Uint8Array, second: Uint8Array): Uint8Array {
  if (first.length === 0) return second
  if (second.length === 0) return first
  const both = new Uint8Array(first.length + second.length)
  both.set(first)
  both.set(second, first.length)
  return both
}

/** Both as one, without a copy, when they lie side by side: pieces of what was one chunk. */
export function adjoined(first: Uint8Array, second: Uint8Array): Uint8Array | undefined {
  if (first.buffer !== second.buffer || first.byteOffset + first.length !== second.byteOffset)
    return undefined
  return new Uint8Array(first.buffer, first.byteOffset, first.length + second.length)
}
