// The chunked transfer coding (RFC 9112, 7.1), byte by byte between the runs of data.
//
//   size [;extension] CRLF data CRLF … 0 CRLF [trailer CRLF …] CRLF

import { isTokenByte, maxHeadBytes, ProtocolViolation } from './response-head.ts'

type Place =
  | 'size-start'
  | 'size'
  | 'extension-start'
  | 'extension'
  | 'size-lf'
  | 'data'
  | 'data-cr'
  | 'data-lf'
  | 'trailer-start'
  | 'trailer-name'
  | 'trailer-value'
  | 'trailer-lf'
  | 'end-lf'

export interface ChunkReader {
  /** The offset after the body when it is complete; -1 when more must come. Throws ProtocolViolation. */
  read(bytes: Buffer, from: number, to: number): number
}

const cr = 13
const lf = 10
const semicolon = 59
const colon = 58
const tab = 9

/** `onData` gets each run of data; the bytes are only valid during the call. */
export function createChunkReader(onData: (bytes: Buffer, from: number, to: number) => void): ChunkReader {
  let place: Place = 'size-start'
  let remaining = 0
  let digits = 0
  let overhead = 0

  const readByte = (byte: number): void => {
    overhead += 1
    if (overhead > maxHeadBytes) throw new ProtocolViolation('chunk extensions or trailers are too long')
    switch (place) {
      case 'size-start':
      case 'size': {
        const digit = hexDigit(byte)
        if (digit >= 0) {
          digits += 1
          if (digits > 12) throw new ProtocolViolation('a chunk size is too large')
          remaining = remaining * 16 + digit
          place = 'size'
          return
        }
        if (place === 'size-start') throw new ProtocolViolation('a chunk size is not hexadecimal')
        place =
          after(byte, cr, 'size-lf') ??
          after(byte, semicolon, 'extension-start') ??
          violated('a chunk size is malformed')
        return
      }
      case 'extension-start':
        if (isControl(byte)) throw new ProtocolViolation('a chunk extension is empty')
        place = 'extension'
        return
      case 'extension':
        if (byte !== cr && isControl(byte)) throw new ProtocolViolation('a chunk extension is malformed')
        place = after(byte, cr, 'size-lf') ?? place
        return
      case 'size-lf':
        place = after(byte, lf, remaining === 0 ? 'trailer-start' : 'data') ?? violated('a CR without LF')
        return
      case 'data-cr':
        place = after(byte, cr, 'data-lf') ?? violated('a chunk is longer than its size')
        return
      case 'data-lf':
        place = after(byte, lf, 'size-start') ?? violated('a CR without LF')
        digits = 0
        overhead = 0
        return
      case 'trailer-start':
        place = after(byte, cr, 'end-lf') ?? (isTokenByte[byte] === 1 ? 'trailer-name' : badTrailer())
        return
      case 'trailer-name':
        place = after(byte, colon, 'trailer-value') ?? (isTokenByte[byte] === 1 ? place : badTrailer())
        return
      case 'trailer-value':
        if (byte !== cr && isControl(byte)) badTrailer()
        place = after(byte, cr, 'trailer-lf') ?? place
        return
      case 'trailer-lf':
        place = after(byte, lf, 'trailer-start') ?? violated('a CR without LF')
        return
      case 'end-lf':
      case 'data':
        throw new Error(`a byte was read at ${place}`)
    }
  }

  return {
    read(bytes, from, to) {
      let at = from
      while (at < to) {
        if (place === 'data') {
          const end = Math.min(to, at + remaining)
          onData(bytes, at, end)
          remaining -= end - at
          at = end
          if (remaining === 0) place = 'data-cr'
        } else if (place === 'end-lf') {
          if (bytes[at] !== lf) throw new ProtocolViolation('a CR without LF')
          return at + 1
        } else {
          readByte(bytes[at]!)
          at += 1
        }
      }
      return -1
    },
  }
}

const after = (byte: number, expected: number, next: Place): Place | null => (byte === expected ? next : null)

/** A tab is a blank, not a control character. */
const isControl = (byte: number): boolean => (byte < 32 && byte !== tab) || byte === 127

const badTrailer = (): never => violated('a trailer is malformed')

const violated = (reason: string): never => {
  throw new ProtocolViolation(reason)
}

function hexDigit(byte: number): number {
  if (byte >= 48 && byte <= 57) return byte - 48
  const lower = byte | 32
  return lower >= 97 && lower <= 102 ? lower - 87 : -1
}
