// Reads the answers of one HTTP/1.1 connection from whatever pieces the socket delivers.
//
//   expect(request) ─▶ head ─┬─▶ nothing ──────────────────▶ Answer
//                       ▲    ├─▶ so many bytes ────────────▶ Answer
//                  1xx ─┘    ├─▶ chunks ───────────────────▶ Answer
//                            └─▶ until the peer closes ────▶ Answer (from close())
//
// Bodies are skipped, not kept, unless the request asks for its own.

import { type ChunkReader, createChunkReader } from './response-chunks.ts'
import { createHeadReader, maxHeadBytes, ProtocolViolation, type ResponseHead } from './response-head.ts'

export interface Answer {
  status: number
  /** The connection may carry another request. */
  isReusable: boolean
  /** How long the target said that it keeps an idle connection. */
  idleTimeoutMs: number | null
  /** The first MiB as text, when `keepsBody` was asked for. */
  body: string | null
  /** Status line and headers as they came, when `keepsHead` was asked for. */
  head: string | null
}

export interface ExpectedAnswer {
  isHead: boolean
  keepsBody: boolean
  keepsHead?: boolean
  /** Its body waits for `100 Continue`. */
  waitsForContinue?: boolean
}

export interface ResponseParser {
  /** A request has been written: what comes next is its answer. */
  expect(request: ExpectedAnswer): void
  /** The answer, once it is complete. Throws ProtocolViolation. */
  read(bytes: Buffer, from: number, to: number): Answer | null
  /** The peer has closed its side: the answer, if that is how this one ends. */
  close(): Answer | null
}

type Stage =
  | { at: 'nothing-expected' }
  | { at: 'head' }
  | { at: 'length'; head: ResponseHead; remaining: number }
  | { at: 'chunks'; head: ResponseHead; chunks: ChunkReader }
  | { at: 'until-close'; head: ResponseHead }

const nothingExpected: Stage = { at: 'nothing-expected' }
const atHead: Stage = { at: 'head' }
const maxKeptBytes = 1024 * 1024

/** `continued`: a `100 Continue` has come, and the answer is still to come. */
export function createResponseParser({ continued = () => {} } = {}): ResponseParser {
  const readHead = createHeadReader()
  let stage: Stage = nothingExpected
  let request: ExpectedAnswer = { isHead: false, keepsBody: false }
  let unread: Buffer | null = null
  let kept: Buffer[] = []
  let keptBytes = 0
  let keptHead: string | null = null

  const keep = (bytes: Buffer, from: number, to: number): void => {
    if (!request.keepsBody || keptBytes >= maxKeptBytes || from === to) return
    const piece = Buffer.from(bytes.subarray(from, Math.min(to, from + maxKeptBytes - keptBytes)))
    kept.push(piece)
    keptBytes += piece.length
  }

  /** `extra`: bytes after the answer, which nobody asked for; nothing on that connection can be trusted. */
  const complete = (head: ResponseHead, canContinue: boolean, extra = 0): Answer => {
    stage = nothingExpected
    return {
      status: head.status,
      isReusable: canContinue && head.keepsAlive && !head.closes && extra === 0,
      idleTimeoutMs: head.idleTimeoutMs,
      body: request.keepsBody ? Buffer.concat(kept).toString('utf8') : null,
      head: keptHead,
    }
  }

  const readBody = (bytes: Buffer, from: number, to: number): Answer | null => {
    switch (stage.at) {
      case 'length': {
        const end = Math.min(to, from + stage.remaining)
        keep(bytes, from, end)
        stage.remaining -= end - from
        return stage.remaining === 0 ? complete(stage.head, true, to - end) : null
      }
      case 'chunks': {
        const end = stage.chunks.read(bytes, from, to)
        return end === -1 ? null : complete(stage.head, true, to - end)
      }
      case 'until-close':
        keep(bytes, from, to)
        return null
      case 'head':
      case 'nothing-expected':
        throw new Error(`a body was read at ${stage.at}`)
    }
  }

  const readFromHead = (bytes: Buffer, from: number, to: number): Answer | null => {
    let at = from
    for (;;) {
      const head = readHead(bytes, at, to)
      if (head === null) {
        if (to - at > maxHeadBytes)
          throw new ProtocolViolation(`the head is longer than ${maxHeadBytes} bytes`)
        unread = at < to ? Buffer.from(bytes.subarray(at, to)) : null
        return null
      }
      if (head.length > maxHeadBytes)
        throw new ProtocolViolation(`the head is longer than ${maxHeadBytes} bytes`)
      if (request.keepsHead === true) keptHead = bytes.toString('latin1', at, at + head.length)
      at += head.length
      if (head.status === 101)
        throw new ProtocolViolation('the target changed to a protocol nobody asked for')
      if (head.status < 200) {
        if (head.status === 100) continued()
        continue
      }
      stage = bodyOf(head, request, keep)
      if (stage.at === 'nothing-expected') return complete(head, true, to - at)
      return readBody(bytes, at, to)
    }
  }

  return {
    expect(next) {
      request = next
      stage = atHead
      unread = null
      kept = []
      keptBytes = 0
      keptHead = null
    },
    read(bytes, from, to) {
      if (stage.at === 'nothing-expected') throw new ProtocolViolation('the target spoke without being asked')
      if (stage.at !== 'head') return readBody(bytes, from, to)
      if (unread === null) return readFromHead(bytes, from, to)
      const joined = Buffer.concat([unread, bytes.subarray(from, to)])
      return readFromHead(joined, 0, joined.length)
    },
    close() {
      return stage.at === 'until-close' ? complete(stage.head, false) : null
    },
  }
}

function bodyOf(
  head: ResponseHead,
  request: ExpectedAnswer,
  onData: Parameters<typeof createChunkReader>[0],
): Stage {
  if (request.isHead || head.status === 204 || head.status === 304) return nothingExpected
  if (head.transferEncoding === 'chunked') return { at: 'chunks', head, chunks: createChunkReader(onData) }
  if (head.transferEncoding === 'other' || head.contentLength === null) return { at: 'until-close', head }
  return head.contentLength === 0 ? nothingExpected : { at: 'length', head, remaining: head.contentLength }
}
