// Connections over node:net or node:tls that all read into one shared buffer (`onread`): no allocation
// per read. Certificates are verified unless the user says otherwise.

import { connect, isIP, type Socket } from 'node:net'
import type { ByteStream, ByteStreamEvents, StreamEnd } from '../ports.ts'

export interface Address {
  /** An IP address. */
  address: string
  port: number
  /** The name that the certificate must carry; null: no TLS. */
  secureName: string | null
  /** Take any certificate. */
  isUnverified?: boolean
}

export function createConnector(address: Address): (events: ByteStreamEvents) => ByteStream {
  const shared = Buffer.allocUnsafe(64 * 1024)
  return (events) => openStream(address, shared, events)
}

function openStream(address: Address, shared: Buffer, events: ByteStreamEvents): ByteStream {
  const isSecure = address.secureName !== null
  let isOpen = false
  let isOver = false

  const end = (how: StreamEnd): void => {
    if (isOver) return
    isOver = true
    socket.destroy()
    events.ended(how)
  }
  const callback = (length: number): boolean => {
    if (!isOver) events.received(shared, length)
    return true
  }
  const socket = openSocket(address, { buffer: shared, callback })
  socket.once(isSecure ? 'secureConnect' : 'connect', () => {
    isOpen = true
    if (!isOver) events.opened()
  })
  socket.on('error', (error: NodeJS.ErrnoException) => {
    end({ kind: 'socket-error', code: error.code ?? error.message, isOpen, isSecure })
  })
  socket.on('end', () => end({ kind: 'closed' }))
  socket.on('close', () => end({ kind: 'closed' }))

  return {
    write: (bytes) => {
      socket.write(bytes)
    },
    destroy() {
      isOver = true
      socket.destroy()
    },
  }
}

function openSocket(
  { address, port, secureName, isUnverified = false }: Address,
  onread: { buffer: Buffer; callback: (length: number) => boolean },
): Socket {
  const options = { host: address, port, onread, noDelay: true }
  if (secureName === null) return connect(options)
  // Loading it takes a thread some milliseconds and megabytes that a plain target does not need.
  const tls = process.getBuiltinModule('node:tls')
  // Server Name Indication takes names only; an address is checked against the certificate as it is.
  const secure = { ...options, rejectUnauthorized: !isUnverified }
  return tls.connect(isIP(secureName) === 0 ? { ...secure, servername: secureName } : secure)
}
