// Sockets that read into a buffer of their own again and again. Node makes a new one of 64 KB for each read, which
// costs a proxy of small messages a third of its time.
//
// A chunk is good until whoever reads it returns. A write that could not be done at once still needs its bytes
// then: it says so (`writing`), and the next read gets another buffer.

import { Socket, type OnReadOpts, type SocketConstructorOpts } from 'node:net'

export interface ReusedReads {
  options: OnReadOpts
  /** Who is told what arrives. */
  tell(received: (bytes: Buffer) => void): void
}

const smallBytes = 4 * 1024
const largeBytes = 64 * 1024

/** A write has kept bytes that it was given in the course of a read. */
export const writing = { isKept: false }

export function reusedReads(): ReusedReads {
  let buffer = Buffer.allocUnsafeSlow(smallBytes)
  let received: (bytes: Buffer) => void = () => {}
  return {
    tell: (how) => void (received = how),
    options: {
      buffer: () => buffer,
      callback(length) {
        writing.isKept = false
        received(buffer.subarray(0, length))
        const size = length === buffer.length ? largeBytes : length <= smallBytes ? smallBytes : buffer.length
        if (writing.isKept || size !== buffer.length) buffer = Buffer.allocUnsafeSlow(size)
        return true
      },
    },
  }
}

/**
 * An accepted socket that reads so. A server makes its sockets itself and has no option for it, so another
 * socket takes over the handle; where Node has none to give, the socket stays as it is and reads as always.
 */
export function readReused(accepted: Socket, reads: ReusedReads): Socket {
  const held = accepted as unknown as { _handle?: object | null }
  const { _handle: handle } = held
  if (!handle) {
    reads.tell = (received) => void accepted.on('data', received)
    return accepted
  }
  held._handle = null
  const options = { handle, allowHalfOpen: true, onread: reads.options }
  return new Socket(options as SocketConstructorOpts)
}
