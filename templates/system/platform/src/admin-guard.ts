// Who may talk to the admin server. Listening on loopback is no authentication: any web page can
// send requests to 127.0.0.1, and DNS rebinding lets it read the answers. So browsers stay out, and
// so does whoever believes to talk to another host.

import type { IncomingMessage } from 'node:http'

export interface Rejection {
  status: 403 | 415 | 421
  reason: string
}

const loopback = /^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/

/** Why the request is turned away, or undefined when it is welcome. */
export function rejectForeign({
  method,
  headers,
}: Pick<IncomingMessage, 'method' | 'headers'>): Rejection | undefined {
  if (!loopback.test(headers.host ?? '')) return { status: 421, reason: 'the Host header is not loopback' }
  if (headers.origin !== undefined) return { status: 403, reason: 'requests of web pages are refused' }
  if (headers['user-agent']?.includes('Mozilla/')) return { status: 403, reason: 'browsers are refused' }
  if (method === 'GET' || method === 'HEAD') return undefined
  // A form can be posted across origins without asking; JSON cannot.
  if (!/^application\/json\b/.test(headers['content-type'] ?? '')) {
    return { status: 415, reason: 'send application/json' }
  }
  return undefined
}
