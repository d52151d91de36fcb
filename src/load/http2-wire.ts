// HTTP/2 as the engine's wire: the same requests, the same outcomes, one place on a session per connection.

import type { Http2Answer, Http2Events, Http2Place } from '../ports.ts'
import type { Wire, WireEvents } from './pool.ts'

export function openHttp2Wire(
  connect: (events: Http2Events) => Http2Place,
  events: WireEvents,
  { isSecure }: { isSecure: boolean },
): Wire {
  const asked = { keepsHead: false }
  const place = connect({
    opened: events.opened,
    answered({ status, headers, body, isReusable }) {
      const head = asked.keepsHead ? headText(status, headers) : null
      events.answered({ status, isReusable, idleTimeoutMs: null, body, head })
    },
    ended: events.ended,
  })
  return {
    send(bytes, { keepsBody, keepsHead = false }) {
      asked.keepsHead = keepsHead
      place.request({ ...messageOf(bytes, isSecure), keepsBody })
    },
    close: () => place.release(),
  }
}

/** Belong to one connection of HTTP/1.1 and are forbidden in HTTP/2; there a body never waits for `100 Continue`. */
const ofConnection = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'transfer-encoding',
  'upgrade',
  'expect',
])

/** Our own bytes of HTTP/1.1, which are known to be well-formed, → the fields and the body of HTTP/2. */
export function messageOf(
  bytes: Uint8Array,
  isSecure: boolean,
): { headers: Record<string, string>; body: Uint8Array | null } {
  const whole = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const end = whole.indexOf('\r\n\r\n')
  const [first = '', ...lines] = whole.toString('latin1', 0, end).split('\r\n')
  const [method = '', path = ''] = first.split(' ')
  const headers: Record<string, string> = {
    ':method': method,
    ':path': path,
    ':scheme': isSecure ? 'https' : 'http',
  }
  for (const line of lines) {
    const colon = line.indexOf(':')
    const name = line.slice(0, colon).toLowerCase()
    const value = line.slice(colon + 1).trim()
    if (name === 'host') headers[':authority'] = value
    else if (!ofConnection.has(name)) headers[name] = value
  }
  const body = bytes.subarray(end + 4)
  return { headers, body: body.length === 0 ? null : body }
}

const headText = (status: number, headers: Http2Answer['headers']): string =>
  [`HTTP/2 ${status}`, ...Object.entries(headers).map(([name, value]) => `${name}: ${String(value)}`)].join(
    '\r\n',
  )
