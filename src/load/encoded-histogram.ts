// Histograms as text: how a thread tells its seconds, and how a record keeps them.

import {
  clear,
  count,
  counterCount,
  counterOf,
  countOf,
  createHistogram,
  type Histogram,
  largest,
  smallest,
  sum,
} from './histogram.ts'

/**
 * A compact text: base64 of variable-length integers: a version (1), sum, smallest and largest, then for
 * each counter that is not zero the distance from the previous one and its count.
 */
export function encode(histogram: Histogram): string {
  const { counters, summary } = histogram
  scratch[0] = 1
  let end = 1
  if (countOf(histogram) > 0) {
    for (const field of [sum, smallest, largest]) end = writeInteger(end, summary[field]!)
    let previous = 0
    const last = counterOf(summary[largest]!)
    for (let i = counterOf(summary[smallest]!); i <= last; i++) {
      const values = counters[i]!
      if (values === 0) continue
      end = writeInteger(end, i - previous)
      end = writeInteger(end, values)
      previous = i
    }
  }
  return scratch.toString('base64', 0, end)
}

/** Written and read within one `encode`. No text is longer: 19 bytes before the counters, 8 for each. */
const scratch = Buffer.allocUnsafe(19 + 8 * counterCount)

/** Throws on a text that `encode` cannot have written. */
export function decode(text: string): Histogram {
  const histogram = createHistogram()
  addEncoded(histogram, text)
  return histogram
}

/**
 * What all of these have recorded.
 *
 * @param into what it held is gone; whoever decodes second after second keeps one: each is 94 kB outside of the heap,
 *   which V8 leaves lying about for minutes
 */
export function together(encoded: readonly string[], into = createHistogram()): Histogram {
  clear(into)
  for (const text of encoded) addEncoded(into, text)
  return into
}

/** Throws on a text that `encode` cannot have written; a part of it may have been added then. */
function addEncoded(into: Histogram, text: string): void {
  const bytes = Buffer.from(text, 'base64')
  if (bytes[0] !== 1) throw new RangeError('not an encoded histogram of version 1')
  if (bytes.length === 1) return
  const reader = { bytes, offset: 1 }
  const { counters, summary } = into
  summary[sum]! += readInteger(reader)
  summary[smallest] = Math.min(summary[smallest]!, readInteger(reader))
  summary[largest] = Math.max(summary[largest]!, readInteger(reader))
  let index = 0
  while (reader.offset < bytes.length) {
    index += readInteger(reader)
    if (index >= counterCount)
      throw new RangeError('an encoded histogram names a counter that does not exist')
    const values = readInteger(reader)
    counters[index]! += values
    summary[count]! += values
  }
}

/** Returns where it ends in the scratch. */
function writeInteger(begin: number, value: number): number {
  let end = begin
  let rest = value
  while (rest >= 128) {
    scratch[end++] = (rest % 128) + 128
    rest = Math.floor(rest / 128)
  }
  scratch[end++] = rest
  return end
}

function readInteger(reader: { bytes: Buffer; offset: number }): number {
  let value = 0
  for (let scale = 1; ; scale *= 128) {
    const byte = reader.bytes[reader.offset++]
    if (byte === undefined) throw new RangeError('an encoded histogram ends in the middle of a number')
    value += (byte & 127) * scale
    if (byte < 128) return value
  }
}
