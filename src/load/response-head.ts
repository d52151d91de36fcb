// The status line and the headers of an answer, scanned once, byte by byte, without making strings
// of what nobody asks for.
//
// Strict: CRLF line ends only, token header names, no folded lines, one Content-Length and never
// beside a Transfer-Encoding. A generator that is lenient counts a broken target as a working one.

/** What the target sent cannot be an answer to the request. */
export class ProtocolViolation extends Error {}

export interface ResponseHead {
  status: number
  /** Offset of the first byte after the head. */
  end: number
  contentLength: number | null
  transferEncoding: 'none' | 'chunked' | 'other'
  /** The connection may carry another request afterwards. */
  keepsAlive: boolean
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
const isTokenByte = new Uint8Array(256)
for (const character of "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ") {
  isTokenByte[character.charCodeAt(0)] = 1
}

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
    end: -1,
    contentLength: null,
    transferEncoding: 'none',
    keepsAlive: minor === 1,
    idleTimeoutMs: null,
  }
  for (;;) {
    if (at >= to) return null
    if (bytes[at] === cr) {
      if (at + 1 >= to) return null
      if (bytes[at + 1] !== lf) throw new ProtocolViolation('a CR without LF in the headers')
      head.end = at + 2
      if (head.contentLength !== null && head.transferEncoding !== 'none') {
        throw new ProtocolViolation('Content-Length beside Transfer-Encoding')
      }
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
      if (nameOf(span) === 'content-length') noteContentLength(head, valueOf(span))
      return
    case 17:
      if (nameOf(span) === 'transfer-encoding') noteTransferEncoding(head, valueOf(span))
      return
    case 10:
      noteConnection(head, nameOf(span), span)
  }
}

const nameOf = ({ bytes, nameStart, nameLength }: HeaderSpan): string =>
  bytes.toString('latin1', nameStart, nameStart + nameLength).toLowerCase()

const valueOf = ({ bytes, valueStart, valueEnd }: HeaderSpan): string =>
  bytes.toString('latin1', valueStart, valueEnd).trim().toLowerCase()

function noteContentLength(head: ResponseHead, value: string): void {
  if (head.contentLength !== null) throw new ProtocolViolation('two Content-Length headers')
  if (!/^\d{1,15}$/.test(value)) throw new ProtocolViolation(`Content-Length is ${JSON.stringify(value)}`)
  head.contentLength = Number(value)
}

function noteTransferEncoding(head: ResponseHead, value: string): void {
  if (head.transferEncoding === 'chunked') throw new ProtocolViolation('a coding after chunked')
  const codings = value.split(',').map((coding) => coding.trim())
  if (codings.slice(0, -1).includes('chunked')) throw new ProtocolViolation('a coding after chunked')
  head.transferEncoding = codings.at(-1) === 'chunked' ? 'chunked' : 'other'
}

function noteConnection(head: ResponseHead, name: string, span: HeaderSpan): void {
  if (name === 'connection') {
    const options = valueOf(span)
      .split(',')
      .map((option) => option.trim())
    if (options.includes('close')) head.keepsAlive = false
    else if (options.includes('keep-alive')) head.keepsAlive = true
  } else if (name === 'keep-alive') {
    const seconds = /(?:^|[\s,])timeout=(\d{1,6})/.exec(valueOf(span))?.[1]
    if (seconds !== undefined) head.idleTimeoutMs = Number(seconds) * 1000
  }
}
