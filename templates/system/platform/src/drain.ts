// How a service stops serving without leaving a request that it took unanswered.
//
//   SIGTERM ─▶ unready ─▶ a probe period ─▶ door closed ─▶ each answer says `connection: close`
//                                             └─▶ no connection is left, or those left were silent ─▶ closed
//
// Two things would lose requests. Closing a kept connection that looks idle: a request may be on its way
// to us. So a client is told first, with an answer, and nobody is cut before all have been silent for the grace: a
// client with many kept connections takes up one after the other as those that it liked better are closed.
// And telling everybody to come back on a new connection while the door is still open: those that wait in
// the kernel when it closes are reset. So nobody is told before.

import { Server, type Socket } from 'node:net'
import type { Server as HttpServer } from 'node:http'
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises'

const askEveryMs = 10
/** A turn of the event loop that took no longer had nothing to do: nobody waited at the door. */
const quietTurnMs = 0.1
const mostTurns = 500
/** Who asks and asks and never leaves is cut all the same. */
const mostGraces = 10

/** No connection is taken from now on; those that there are stay. */
export async function closeDoor(server: HttpServer): Promise<void> {
  // What connects while a long turn runs waits in the kernel, and would be reset.
  for (let turn = 0; turn < mostTurns; turn += 1) {
    const startMs = performance.now()
    await nextTurn()
    if (performance.now() - startMs < quietTurnMs) break
  }
  // The close of an HTTP server cuts idle connections too, at once.
  Server.prototype.close.call(server)
}

/** Resolves when no connection is left, when nobody has asked anything for the grace, or when it is aborted. */
export async function untilAllLeft(
  { server, traffic, graceMs }: { server: HttpServer; traffic: Traffic; graceMs: number },
  signal?: AbortSignal,
): Promise<void> {
  const startMs = performance.now()
  const endMs = startMs + mostGraces * graceMs
  const silentSince = (): number => Math.max(startMs, traffic.lastBeganMs())
  while (performance.now() < Math.min(endMs, silentSince() + graceMs) && signal?.aborted !== true) {
    if ((await connections(server)) === 0) return
    await sleep(askEveryMs)
  }
}

/**
 * Cuts who is silent, after all that has arrived was read: a process that got no time for a while wakes with
 * its timers first, and would take for silent who has been asking all along.
 */
export async function cutSilent(traffic: Traffic): Promise<void> {
  await nextTurn()
  for (const socket of traffic.silent()) socket.destroy()
}

export interface Traffic {
  watch(server: HttpServer): void
  began(socket: Socket): void
  answered(socket: Socket): void
  /** Connections on which nobody waits for an answer. */
  silent(): Socket[]
  /** When a request began for the last time, on the monotonic clock. */
  lastBeganMs(): number
}

/** Node's own notion of idle leaves out who connected and never asked, or stopped in mid-word. */
export function createTraffic(): Traffic {
  const waiting = new Map<Socket, number>()
  let lastBeganMs = 0
  const add = (socket: Socket, requests: number): void => {
    const before = waiting.get(socket)
    if (before !== undefined) waiting.set(socket, before + requests)
  }
  return {
    watch(server) {
      server.on('connection', (socket) => {
        waiting.set(socket, 0)
        socket.once('close', () => waiting.delete(socket))
      })
    },
    began(socket) {
      lastBeganMs = performance.now()
      add(socket, 1)
    },
    answered: (socket) => add(socket, -1),
    lastBeganMs: () => lastBeganMs,
    silent: () => [...waiting].filter(([, requests]) => requests === 0).map(([socket]) => socket),
  }
}

/** A sleep that an abort ends early, and that is all. */
export async function sleepUnless(signal: AbortSignal | undefined, ms: number): Promise<void> {
  await sleep(ms, undefined, signal && { signal }).catch((error: unknown) => {
    if (signal?.aborted !== true) throw error
  })
}

const connections = (server: HttpServer): Promise<number> =>
  new Promise((resolve, reject) =>
    server.getConnections((error, count) => (error === null ? resolve(count) : reject(error))),
  )
