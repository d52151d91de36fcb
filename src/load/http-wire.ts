// HTTP/1.1 on one byte stream: requests out, one at a time, answers in.

import type { ByteStream, ByteStreamEvents } from '../ports.ts'
import type { Wire, WireEvents } from './pool.ts'
import { ProtocolViolation } from './response-head.ts'
import { createResponseParser } from './response-parser.ts'

export function openWire(connect: (events: ByteStreamEvents) => ByteStream, events: WireEvents): Wire {
  const parser = createResponseParser()
  const stream = connect({
    opened: events.opened,
    received(bytes, length) {
      const answer = readOrNull(bytes, length)
      if (answer !== null) events.answered(answer)
    },
    ended(end) {
      // The peer's close ends an answer that has no other end; in any other place it is a failure.
      const answer = end.kind === 'closed' ? parser.close() : null
      if (answer !== null) events.answered(answer)
      else events.ended(end)
    },
  })
  const readOrNull = (bytes: Buffer, length: number): ReturnType<typeof parser.read> => {
    try {
      return parser.read(bytes, 0, length)
    } catch (error) {
      if (!(error instanceof ProtocolViolation)) throw error
      stream.destroy()
      events.ended({ kind: 'malformed', reason: error.message })
      return null
    }
  }
  return {
    send(bytes, expected) {
      parser.expect(expected)
      stream.write(bytes)
    },
    close: () => stream.destroy(),
  }
}
