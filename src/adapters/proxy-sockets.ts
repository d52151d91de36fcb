// The proxy's TCP: half-open connections, no Nagle, and resets that really are resets.

import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import type { After, SocketEnd, SocketEndEvents, Sockets } from '../ports.ts'
import { readReused, reusedReads, writing, type ReusedReads } from './reused-reads.ts'
import { shortTurns } from './short-turns.ts'

/** A peer that does not read cannot keep a closed connection for longer. */
const longestGoodbyeMs = 2000
/** Node's largest delay; longer ones are asked for again by whoever waits. */
const longestTimerMs = 2 ** 31 - 1
/** A turn of what is late already; somebody who asks the API waits for a few of them. */
const longestTurnMs = 2

const soon = shortTurns(longestTurnMs)

export const tcpSockets: Sockets = {
  async listen({ host, port }, accepted) {
    const server = createServer({ allowHalfOpen: true, pauseOnConnect: true, noDelay: true }, (taken) => {
      const reads = reusedReads()
      const socket = readReused(taken, reads)
      report(socket, accepted(endOf(socket)), reads)
    })
    server.listen({ host, port, backlog: 4096 })
    await once(server, 'listening')
    const address = server.address() as AddressInfo
    return {
      address: { host: address.address, port: address.port },
      close: () => server.close(),
    }
  },

  dial({ host, port }, events) {
    const reads = reusedReads()
    const socket = connect({ host, port, allowHalfOpen: true, noDelay: true, onread: reads.options })
    socket.once('connect', () => events.connected())
    report(socket, events, reads)
    return endOf(socket)
  },
}

/** Node's timers; they never keep the process alive alone. */
export const after: After = (ms, run) => {
  // What is late already waits for the sockets' turn: timers that set timers would never let them have one.
  if (ms <= 0) return soon(run)
  const timer = setTimeout(run, Math.min(longestTimerMs, ms))
  timer.unref()
  return () => clearTimeout(timer)
}

function endOf(socket: Socket): SocketEnd {
  return {
    write(bytes) {
      if (socket.destroyed || socket.writableEnded) return true
      const mayGoOn = socket.write(bytes)
      if (socket.writableLength > 0) writing.isKept = true
      return mayGoOn
    },
    end: () => void socket.end(),
    close() {
      if (socket.destroyed) return
      // What still arrives is read and dropped: unread input would turn the FIN into a reset.
      socket.removeAllListeners('data').resume()
      socket.destroySoon()
      const timer = setTimeout(() => socket.destroy(), longestGoodbyeMs)
      timer.unref()
      socket.once('close', () => clearTimeout(timer))
    },
    reset() {
      if (!socket.destroyed) socket.resetAndDestroy()
    },
    pause: () => void socket.pause(),
    resume: () => void socket.resume(),
  }
}

function report(socket: Socket, events: SocketEndEvents, reads: ReusedReads): void {
  let code: string | undefined
  // Before anybody listens, which would start the flow; the proxy says when.
  socket.pause()
  reads.tell((bytes) => events.received(bytes))
  socket.on('end', () => events.ended())
  socket.on('drain', () => events.drained())
  socket.on('error', (error: NodeJS.ErrnoException) => (code = error.code ?? error.name))
  socket.on('close', () => events.closed(code))
}
