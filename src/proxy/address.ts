// host:port, read and judged.

import type { HostPort } from '../ports.ts'

/** A string tells why it is no address, in Go's words. An empty host is this machine. */
export function parseAddress(text: string): HostPort | string {
  const [, bracketed, plain, port] = /^(?:\[([^\]]*)\]|([^:[\]]*)):([^:]*)$/.exec(text) ?? []
  if (port === undefined) {
    const reason = text.includes(':') ? 'too many colons in address' : 'missing port in address'
    return `address ${text}: ${reason}`
  }
  if (!/^\d{1,5}$/.test(port) || Number(port) > 65_535) return `address ${port}: invalid port`
  const host = bracketed ?? plain ?? ''
  if (host !== '' && !/^[\w.:%-]+$/.test(host)) return `lookup ${host}: no such host`
  return { host: host === '' || host === 'localhost' ? '127.0.0.1' : host, port: Number(port) }
}

export const formatAddress = ({ host, port }: HostPort): string =>
  host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`

export const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host)

/** Node's errors on listening, as Go tells them. */
export function listenTrouble(
  error: { code?: string | undefined; message: string },
  { host, port }: HostPort,
): string {
  const reason = reasons[error.code ?? '']
  if (reason !== undefined) return `listen tcp ${formatAddress({ host, port })}: bind: ${reason}`
  if (error.code === 'ENOTFOUND') return `listen tcp: lookup ${host}: no such host`
  return `listen tcp ${formatAddress({ host, port })}: ${error.message}`
}

const reasons: Record<string, string> = {
  EADDRINUSE: 'address already in use',
  EACCES: 'permission denied',
  EADDRNOTAVAIL: 'cannot assign requested address',
}
