// Where HTTP/1.1 requests begin and end in a stream of bytes; nothing is changed on the way.
//
// Only heads are held back until they are whole. What is not HTTP passes as it is.

import { concat } from './bytes.ts'

export interface RequestHead {
  method: string
  /** With the query. */
  path: string
  /** The client waits for an answer before it sends the body. */
  expectsContinue: boolean
}

/** Bytes that belong to one request, or to none (no `head` was seen). */
export interface RequestPart {
  bytes: Uint8Array
  /** On the first part of a request; the bytes hold the whole head. */
  head?: RequestHead
  isLast: boolean
}

type State =
  | { at: 'head'; held: Uint8Array }
  | { at: 'body'; left: number }
  | { at: 'chunks'; chunks: ChunkReader }
  /** Another protocol from here on. */
  | { at: 'tunnel' }

const longestHead = 64 * 1024

/** Call with each piece of the stream; gives its parts in order. */
export function createRequestReader(): (bytes: Uint8Array) => RequestPart[] {
  let state: State = { at: 'head', held: new Uint8Array() }
  return (arrived) => {
    const parts: RequestPart[] = []
    let rest = arrived
    while (rest.length > 0) {
      switch (state.at) {
        case 'head': {
          const held: Uint8Array = concat(state.held, rest)
          const isPossible = mayBeRequest(held)
          const end = isPossible ? endOfHead(held) : undefined
          if (isPossible && end === undefined && held.length < longestHead) {
            state = { at: 'head', held }
            return parts
          }
          const head = end === undefined ? undefined : readHead(held.subarray(0, end))
          if (end === undefined || head === undefined) {
            // In the middle of something, or no HTTP at all: the next piece may begin a request.
            parts.push({ bytes: held, isLast: false })
            state = { at: 'head', held: new Uint8Array() }
            return parts
          }
          state = head.next
          parts.push({ bytes: held.subarray(0, end), head: head.request, isLast: state.at === 'head' })
          rest = held.subarray(end)
          break
        }
        case 'body': {
          const bytes = rest.subarray(0, state.left)
          const left: number = state.left - bytes.length
          state = left === 0 ? { at: 'head', held: new Uint8Array() } : { at: 'body', left }
          parts.push({ bytes, isLast: left === 0 })
          rest = rest.subarray(bytes.length)
          break
        }
        case 'chunks': {
          const end = state.chunks(rest)
          parts.push({ bytes: rest.subarray(0, end), isLast: end !== undefined })
          if (end === undefined) return parts
          state = { at: 'head', held: new Uint8Array() }
          rest = rest.subarray(end)
          break
        }
        case 'tunnel':
          parts.push({ bytes: rest, isLast: false })
          return parts
      }
    }
    return parts
  }
}

const latin1 = new TextDecoder('latin1')

function endOfHead(bytes: Uint8Array): number | undefined {
  for (let i = 3; i < bytes.length; i++) {
    const isEnd = bytes[i] === 10 && bytes[i - 1] === 13 && bytes[i - 2] === 10 && bytes[i - 3] === 13
    if (isEnd) return i + 1
  }
  return undefined
}

const mayBeRequest = (bytes: Uint8Array): boolean =>
  /^[A-Z]{0,20}( |$)/.test(latin1.decode(bytes.subarray(0, 21)))

function readHead(bytes: Uint8Array): { request: RequestHead; next: State } | undefined {
  const [first = '', ...lines] = latin1.decode(bytes).trimEnd().split('\r\n')
  const [, method, path] = /^([A-Z]+) (\S+) HTTP\/1\.[01]$/.exec(first) ?? []
  if (method === undefined || path === undefined) return undefined
  const headers = new Map(
    lines.map((line) => {
      const colon = line.indexOf(':')
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()]
    }),
  )
  const length = Number(headers.get('content-length') ?? 0)
  const isChunked = /chunked$/i.test(headers.get('transfer-encoding') ?? '')
  const isTunnel =
    method === 'CONNECT' || headers.has('upgrade') || !Number.isSafeInteger(length) || length < 0
  const next: State = isTunnel
    ? { at: 'tunnel' }
    : isChunked
      ? { at: 'chunks', chunks: createChunkReader() }
      : length > 0
        ? { at: 'body', left: length }
        : { at: 'head', held: new Uint8Array() }
  return {
    request: { method, path, expectsContinue: /^100-continue$/i.test(headers.get('expect') ?? '') },
    next,
  }
}

/** The index after the last byte of a chunked body, once it is there. */
type ChunkReader = (bytes: Uint8Array) => number | undefined

function createChunkReader(): ChunkReader {
  let line = ''
  let dataLeft = 0
  let isTrailer = false
  return (bytes) => {
    for (let i = 0; i < bytes.length; i++) {
      if (dataLeft > 0) {
        const skipped = Math.min(dataLeft, bytes.length - i)
        dataLeft -= skipped
        i += skipped - 1
        continue
      }
      if (bytes[i] !== 10) {
        if (line.length < 1024) line += String.fromCharCode(bytes[i]!)
        continue
      }
      const text = line.replace(/\r$/, '')
      line = ''
      if (isTrailer) {
        if (text === '') return i + 1
        continue
      }
      const size = Number.parseInt(text, 16)
      if (size === 0) isTrailer = true
      // The data and the line end behind it.
      else if (size > 0) dataLeft = size + 2
    }
    return undefined
  }
}
