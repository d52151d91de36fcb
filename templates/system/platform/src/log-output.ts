// Where log lines go: standard output, at once, so that the last line of a dying process is written; affordable
// because there are few.
//
// A log that cannot be written (its reader is gone, its disk is full) is no reason to end: there is nobody left to
// tell. What could not be written is held and comes first once there is space; what is beyond the bound is dropped.
// Not pino's own destination: it ends the process, holds without bound, and waits for ever when it is flushed.

import { writeSync } from 'node:fs'

const maxHeldBytes = 256 * 1024
/** How long a reader that cannot keep up is waited for. */
const readerWaitMs = 1000
const askEveryMs = 5

export function openLogOutput(descriptor = 1): { write: (line: string) => void } {
  let held = Buffer.alloc(0)
  return {
    write(line) {
      const bytes = Buffer.from(line)
      if (held.length + bytes.length <= maxHeldBytes)
        held = held.length === 0 ? bytes : Buffer.concat([held, bytes])
      held = leftOf(held, descriptor)
    },
  }
}

/** What could not be written. */
function leftOf(bytes: Buffer<ArrayBuffer>, descriptor: number): Buffer<ArrayBuffer> {
  let left = bytes
  let waitedMs = 0
  while (left.length > 0) {
    try {
      left = left.subarray(writeSync(descriptor, left))
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      if (code !== 'EAGAIN' || waitedMs >= readerWaitMs) return left
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, askEveryMs)
      waitedMs += askEveryMs
    }
  }
  return left
}
