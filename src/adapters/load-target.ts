// Finds the address of a target once, before the run: no name lookup ever counts as latency.

import { lookup } from 'node:dns/promises'
import { connect, isIP } from 'node:net'
import { errors } from '../errors.ts'

/**
 * An IP address for the host. Of several (localhost is ::1 and 127.0.0.1) the first that takes a
 * connection; the first of all when none does. Throws `host-unknown`.
 */
export async function resolveHost(hostname: string, port: number, signal?: AbortSignal): Promise<string> {
  if (isIP(hostname) !== 0) return hostname
  const found = await lookup(hostname, { all: true, order: 'verbatim' }).catch((cause: unknown) => {
    throw errors.hostUnknown(hostname, cause)
  })
  const [first] = found
  if (first === undefined) throw errors.hostUnknown(hostname, undefined)
  if (found.length === 1) return first.address
  for (const { address } of found) {
    signal?.throwIfAborted()
    if (await takesConnections(address, port)) return address
  }
  return first.address
}

export const takesConnections = (host: string, port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect({ host, port, timeout: 1000 })
    const answer = (takes: boolean) => (): void => {
      socket.destroy()
      resolve(takes)
    }
    socket.once('connect', answer(true)).once('error', answer(false)).once('timeout', answer(false))
  })
