// The status line and the headers of an answer, scanned once, byte by byte, without making strings
// of what nobody asks for.
//
// Strict: CRLF line ends only, token header names, no folded lines, one Content-Length and never
// beside a Transfer-Encoding. A generator that is lenient counts a broken target as a working one.

/** What the target sent cannot be an answer to the request. */
export class ProtocolViolation extends Error {}

export interface ResponseHead {
  status: number
  /** In bytes, with the empty line that ends it. */
  length: number
  contentLength: number | null
  transferEncoding: 'none' | 'chunked' | 'other'
  /** The connection may carry another request afterwards, if it does not say that it closes. */
  keepsAlive: boolean
  closes: boolean
  /** From `Keep-Alive: timeout=5`: how long the target keeps an idle connection. */
  idleTimeoutMs: number | null
}

export const maxHeadBytes = 16 * 1024

const tab = 9
const lf = 10
const cr = 13
const space = 32
const colon = 58

/** The characters of a header name (RFC 9110, token). */
export const isTokenByte = new Uint8Array(256)
for (const character of "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ") {
  isTokenByte[character.charCodeAt(0)] = 1
}

/** Longer heads are scanned each time. */
const longestKnown = 1024

/**
 * Reads the heads of one connection. A head that is the last one again, byte for byte, is not scanned again: what a
 * target answers differs mostly in the body, and in the second of its Date.
 */
export function createHeadReader(): typeof readHead {
  let known: { bytes: Uint8Array; head: ResponseHead } | null = null
  let misses = 0

  return (bytes, from, to) => {
    if (known !== null && startsWith(bytes, { from, to }, known.bytes)) {
      misses = 0
      return known.head
    }
    const head = readHead(bytes, from, to)
    if (head === null || head.length > longestKnown) return head
    misses += 1
    // Ever more seldom where each head differs: there, keeping them costs and brings nothing.
    if (isPowerOfTwo(misses))
      known = { bytes: Uint8Array.prototype.slice.call(bytes, from, from + head.length), head }
    return head
  }
}

function startsWith(bytes: Buffer, { from, to }: { from: number; to: number }, start: Uint8Array): boolean {
  const { length } = start
  if (to - from < length) return false
  for (let i = 0; i < length; i++) if (bytes[from + i] !== start[i]) return false
  return true
}

const isPowerOfTwo = (count: number): boolean => (count & (count - 1)) === 0

const versionPrefix = Buffer.from('HTTP/1.')

/** The head that starts at `from`; `null` when it is not complete at `to`. Throws ProtocolViolation. */
export function readHead(bytes: Buffer, from: number, to: number): ResponseHead | null {
  let at = from
  for (let i = 0; i < versionPrefix.length; i++, at++) {
    if (at >= to) return null
    if (bytes[at] !== versionPrefix[i]) throw new ProtocolViolation('the answer does not begin with HTTP/1.x')
  }
  // "1 200" and then either a reason or the end of the line
  if (at + 5 >= to) return null
  const minor = bytes[at]! - 48
  if (minor !== 0 && minor !== 1) throw new ProtocolViolation('the HTTP version is not 1.0 or 1.1')
  if (bytes[at + 1] !== space) throw new ProtocolViolation('the status line has no status')
  const status = statusAt(bytes, at + 2)
  at += 5
  if (bytes[at] !== space && bytes[at] !== cr) throw new ProtocolViolation('the status is not three digits')
  at = endOfLine(bytes, at, to)
  if (at === -1) return null

  const head: ResponseHead = {
    status,
    length: -1,
    contentLength: null,
    transferEncoding: 'none',
    keepsAlive: minor === 1,
    closes: false,
    idleTimeoutMs: null,
  }
  for (;;) {
    if (at >= to) return null
    if (bytes[at] === cr) {
      if (at + 1 >= to) return null
      if (bytes[at + 1] !== lf) throw new ProtocolViolation('a CR without LF in the headers')
      head.length = at + 2 - from
      if (head.contentLength !== null && head.transferEncoding !== 'none') {
        throw new ProtocolViolation('Content-Length beside Transfer-Encoding')
      }
      // RFC 9112, 6.1: HTTP/1.0 knows no codings, so whoever sends one there cannot be trusted any further.
      if (minor === 0 && head.transferEncoding !== 'none') head.closes = true
      return head
    }
    const nameStart = at
    while (at < to && isTokenByte[bytes[at]!] === 1) at++
    if (at >= to) return null
    if (at === nameStart || bytes[at] !== colon) throw new ProtocolViolation('a header name is malformed')
    const valueStart = at + 1
    const nameLength = at - nameStart
    at = endOfLine(bytes, valueStart, to)
    if (at === -1) return null
    noteHeader(head, { bytes, nameStart, nameLength, valueStart, valueEnd: at - 2 })
  }
}

function statusAt(bytes: Buffer, at: number): number {
  const hundreds = bytes[at]! - 48
  const tens = bytes[at + 1]! - 48
  const ones = bytes[at + 2]! - 48
  const isDigits = hundreds >= 1 && hundreds <= 9 && tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9
  if (!isDigits) throw new ProtocolViolation('the status is not three digits')
  return hundreds * 100 + tens * 10 + ones
}

/** The offset after the CRLF that ends the line, -1 when it has not come yet. */
function endOfLine(bytes: Buffer, from: number, to: number): number {
  let at = from
  for (; at < to; at++) {
    const byte = bytes[at]!
    if (byte >= space ? byte !== 127 : byte === tab) continue
    if (byte !== cr) throw new ProtocolViolation('a control character in the headers')
    if (at + 1 >= to) return -1
    if (bytes[at + 1] !== lf) throw new ProtocolViolation('a CR without LF in the headers')
    return at + 2
  }
  return -1
}

interface HeaderSpan {
  bytes: Buffer
  nameStart: number
  nameLength: number
  valueStart: number
  valueEnd: number
}

/** Keeps the four headers that decide where the answer ends and whether the connection lives on. */
function noteHeader(head: ResponseHead, span: HeaderSpan): void {
  switch (span.nameLength) {
    case 14:
      if (isNamed(span, contentLength)) noteContentLength(head, span)
      return
    case 17:
      if (isNamed(span, transferEncoding)) noteTransferEncoding(head, valueOf(span))
      return
    case 10:
      if (isNamed(span, connection)) noteConnection(head, valueOf(span))
      else if (isNamed(span, keepAlive)) noteKeepAlive(head, valueOf(span))
  }
}

const contentLength = Buffer.from('content-length')
const transferEncoding = Buffer.from('transfer-encoding')
const connection = Buffer.from('connection')
const keepAlive = Buffer.from('keep-alive')

/** `name` is in lower case and as long as the span's. */
function isNamed({ bytes, nameStart }: HeaderSpan, name: Buffer): boolean {
  for (let i = 0; i < name.length; i++) {
    // A letter becomes a small one; no other token character becomes a letter or a hyphen by it.
    if ((bytes[nameStart + i]! | 32) !== name[i]) return false
  }
  return true
}

const isBlank = (byte: number): boolean => byte === space || byte === tab

/** Without the blanks around it, which are not part of it; only these two count as blanks. */
function trimmed({ bytes, valueStart, valueEnd }: HeaderSpan): [start: number, end: number] {
  let [start, end] = [valueStart, valueEnd]
  while (start < end && isBlank(bytes[start]!)) start++
  while (end > start && isBlank(bytes[end - 1]!)) end--
  return [start, end]
}

const valueOf = (span: HeaderSpan): string => span.bytes.toString('latin1', ...trimmed(span)).toLowerCase()

/** The elements of a list, without the blanks around them. */
const listOf = (value: string): string[] =>
  value.split(',').map((element) => element.replaceAll(/^[ \t]+|[ \t]+$/g, ''))

const longestLength = 15

function noteContentLength(head: ResponseHead, span: HeaderSpan): void {
  if (head.contentLength !== null) throw new ProtocolViolation('two Content-Length headers')
  const [start, end] = trimmed(span)
  let length = 0
  let isNumber = end > start && end - start <= longestLength
  for (let at = start; at < end && isNumber; at++) {
    const digit = span.bytes[at]! - 48
    isNumber = digit >= 0 && digit <= 9
    length = length * 10 + digit
  }
  if (!isNumber) throw new ProtocolViolation(`Content-Length is ${JSON.stringify(valueOf(span))}`)
  head.contentLength = length
}

function noteTransferEncoding(head: ResponseHead, value: string): void {
  if (head.transferEncoding === 'chunked') throw new ProtocolViolation('a coding after chunked')
  const codings = listOf(value)
  if (codings.slice(0, -1).includes('chunked')) throw new ProtocolViolation('a coding after chunked')
  head.transferEncoding = codings.at(-1) === 'chunked' ? 'chunked' : 'other'
}

/** `close` wins, wherever it stands. */
function noteConnection(head: ResponseHead, value: string): void {
  const options = listOf(value)
  if (options.includes('close')) head.closes = true
  else if (options.includes('keep-alive')) head.keepsAlive = true
}

function noteKeepAlive(head: ResponseHead, value: string): void {
  const seconds = /(?:^|[\s,])timeout=(\d{1,6})/.exec(value)?.[1]
  if (seconds !== undefined) head.idleTimeoutMs = Number(seconds) * 1000
}
