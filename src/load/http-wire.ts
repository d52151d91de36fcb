// HTTP/1.1 on one byte stream: requests out, one at a time, answers in.
//
// A request with `Expect: 100-continue` is sent in two parts (RFC 9110, 10.1.1):
//
//   head ─┬─▶ 100 ───────────▶ body ─▶ answer
//         ├─▶ nothing for 1 s ─▶ body ─▶ answer        a target that does not know the expectation
//         └─▶ answer                                   it did not want the body; the connection ends,
//                                                      for the target cannot know that none will come

import type { ByteStream, ByteStreamEvents } from '../ports.ts'
import type { Wire, WireEvents } from './pool.ts'
import { ProtocolViolation } from './response-head.ts'
import { type Answer, createResponseParser } from './response-parser.ts'

/** Does it after so many milliseconds; returns what calls it off. */
export type Later = (ms: number, act: () => void) => () => void

const longestWaitForContinueMs = 1000
const headEnd = Buffer.from('\r\n\r\n')

export function openWire(
  connect: (events: ByteStreamEvents) => ByteStream,
  events: WireEvents,
  later: Later,
): Wire {
  /** The body that waits, and what calls its timer off. */
  let held: { body: Uint8Array; callOff: () => void } | null = null

  const sendHeld = (): void => {
    const body = takeHeld()
    if (body !== null) stream.write(body)
  }
  const takeHeld = (): Uint8Array | null => {
    if (held === null) return null
    const { body, callOff } = held
    held = null
    callOff()
    return body
  }
  const answered = (answer: Answer): void => {
    const isBodyUnsent = takeHeld() !== null
    events.answered(isBodyUnsent ? { ...answer, isReusable: false } : answer)
  }

  const parser = createResponseParser({ continued: sendHeld })
  const stream = connect({
    opened: events.opened,
    received(bytes, length) {
      const answer = readOrNull(bytes, length)
      if (answer !== null) answered(answer)
    },
    ended(end) {
      // The peer's close ends an answer that has no other end; in any other place it is a failure.
      const answer = end.kind === 'closed' ? parser.close() : null
      if (answer !== null) answered(answer)
      else {
        takeHeld()
        events.ended(end)
      }
    },
  })
  const readOrNull = (bytes: Buffer, length: number): Answer | null => {
    try {
      return parser.read(bytes, 0, length)
    } catch (error) {
      if (!(error instanceof ProtocolViolation)) throw error
      takeHeld()
      stream.destroy()
      events.ended({ kind: 'malformed', reason: error.message })
      return null
    }
  }
  return {
    send(bytes, expected) {
      parser.expect(expected)
      const end =
        expected.waitsForContinue === true
          ? Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).indexOf(headEnd)
          : -1
      const body = end === -1 ? undefined : bytes.subarray(end + headEnd.length)
      if (body === undefined || body.length === 0) {
        stream.write(bytes)
        return
      }
      held = { body, callOff: later(longestWaitForContinueMs, sendHeld) }
      stream.write(bytes.subarray(0, end + headEnd.length))
    },
    close() {
      takeHeld()
      stream.destroy()
    },
  }
}
