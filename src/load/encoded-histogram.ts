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
  const bytes: number[] = [1]
  if (countOf(histogram) === 0) return Buffer.from(bytes).toString('base64')
  for (const field of [sum, smallest, largest]) writeInteger(bytes, histogram.summary[field]!)
  let previous = 0
  const last = counterOf(histogram.summary[largest]!)
  for (let i = counterOf(histogram.summary[smallest]!); i <= last; i++) {
    const values = histogram.counters[i]!
    if (values === 0) continue
    writeInteger(bytes, i - previous)
    writeInteger(bytes, values)
    previous = i
  }
  return Buffer.from(bytes).toString('base64')
}

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

function writeInteger(bytes: number[], value: number): void {
  let rest = value
  while (rest >= 128) {
    bytes.push((rest % 128) + 128)
    rest = Math.floor(rest / 128)
  }
  bytes.push(rest)
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
