// Finds the address of a target once, before the run: no name lookup ever counts as latency. And whether
// it is one of the open internet.

import { lookup } from 'node:dns/promises'
import { BlockList, connect, isIP } from 'node:net'
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

/** Not loopback, link-local, private (RFC 1918, RFC 4193) or shared (RFC 6598). */
export const isPublicAddress = (address: string): boolean =>
  !ownAddresses.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4')

const ownAddresses = new BlockList()
for (const [net, prefix] of [
  ['0.0.0.0', 32],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
] as const) {
  ownAddresses.addSubnet(net, prefix, 'ipv4')
}
for (const [net, prefix] of [
  ['::', 127],
  ['fc00::', 7],
  ['fe80::', 10],
] as const) {
  ownAddresses.addSubnet(net, prefix, 'ipv6')
}
