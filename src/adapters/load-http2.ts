// Places on HTTP/2 sessions over node:http2: as many streams on one connection as the target allows, and
// another connection when they are taken.
//
//   place ─┐
//   place ─┼─▶ session (one TCP or TLS connection) ─▶ target
//   place ─┘      its end is the end of what is under way on each of its places

import { type ClientHttp2Session, type ClientHttp2Stream, connect, constants } from 'node:http2'
import { isIP } from 'node:net'
import type { Http2Events, Http2Message, Http2Place } from '../ports.ts'
import type { Address } from './load-socket.ts'

interface Session {
  client: ClientHttp2Session
  isSecure: boolean
  isOpen: boolean
  /** The target has sent its settings: it does speak HTTP/2. */
  isConfirmed: boolean
  /** No new place: it is going away, or gone. */
  isLeaving: boolean
  places: Set<Place>
}

interface Place {
  events: Http2Events
  stream: ClientHttp2Stream | null
}

type Http2End = Parameters<Http2Events['ended']>[0]

const maxPlaces = 100
const maxKeptBytes = 1024 * 1024

export function createHttp2Connector(address: Address): (events: Http2Events) => Http2Place {
  const sessions = new Set<Session>()
  const roomOf = ({ client }: Session): number =>
    Math.min(maxPlaces, client.remoteSettings?.maxConcurrentStreams ?? maxPlaces)
  return (events) => {
    const free = [...sessions].find((one) => !one.isLeaving && one.places.size < roomOf(one))
    const session = free ?? openSession(address, sessions)
    const place: Place = { events, stream: null }
    session.places.add(place)
    // Later, as with a socket of its own.
    if (session.isOpen) queueMicrotask(() => session.places.has(place) && events.opened())
    return {
      request: (message) => request(session, place, message),
      release() {
        session.places.delete(place)
        place.stream?.close(constants.NGHTTP2_CANCEL)
        if (session.places.size > 0) return
        sessions.delete(session)
        session.client.destroy()
      },
    }
  }
}

function openSession({ address, port, secureName, isUnverified }: Address, sessions: Set<Session>): Session {
  const isSecure = secureName !== null
  const host = isIP(address) === 6 ? `[${address}]` : address
  const client = connect(`${isSecure ? 'https' : 'http'}://${host}:${port}`, {
    settings: { enablePush: false },
    rejectUnauthorized: isUnverified !== true,
    ...(isSecure && isIP(secureName) === 0 && { servername: secureName }),
  })
  const session: Session = {
    client,
    isSecure,
    isOpen: false,
    isConfirmed: false,
    isLeaving: false,
    places: new Set(),
  }
  sessions.add(session)
  const leave = (place: Place, how: Http2End): void => {
    session.places.delete(place)
    place.events.ended(how)
  }
  const end = (how: Http2End): void => {
    session.isLeaving = true
    sessions.delete(session)
    for (const place of session.places) leave(place, how)
  }
  client.once('connect', () => {
    session.isOpen = true
    for (const { events } of session.places) events.opened()
  })
  client.once('remoteSettings', () => (session.isConfirmed = true))
  client.on('goaway', () => {
    session.isLeaving = true
    // What is under way may end; on the places that rest, another request would fail, and not by the target's doing.
    for (const place of session.places) if (place.stream === null) leave(place, { kind: 'closed' })
  })
  client.on('error', (error: NodeJS.ErrnoException) => {
    end(endOf(error, session))
  })
  client.on('close', () => end({ kind: 'closed' }))
  return session
}

function request(session: Session, place: Place, { headers, body, keepsBody }: Http2Message): void {
  const stream = session.client.request(headers, { endStream: body === null })
  const kept: Buffer[] = []
  let keptBytes = 0
  let receivedBytes = 0
  let found: { status: number; headers: Record<string, unknown> } | null = null
  place.stream = stream
  const isMine = (): boolean => place.stream === stream && session.places.has(place)
  const fail = (how: Http2End): void => {
    if (!isMine()) return
    session.places.delete(place)
    place.events.ended(how)
  }
  stream.on('response', (answer) => {
    found = { status: answer[':status'] ?? 0, headers: answer }
  })
  stream.on('data', (piece: Buffer) => {
    receivedBytes += piece.length
    if (!keepsBody || keptBytes >= maxKeptBytes) return
    kept.push(piece.subarray(0, maxKeptBytes - keptBytes))
    keptBytes += piece.length
  })
  stream.on('end', () => {
    if (found === null || stream.aborted || !isMine()) return
    // A stream that is reset, or loses its connection, ends for the reader like one whose answer is whole.
    if (stream.rstCode !== constants.NGHTTP2_NO_ERROR) return
    if (lacksBytes(found, receivedBytes, headers[':method'])) {
      fail({ kind: 'closed' })
      return
    }
    place.stream = null
    const text = keepsBody ? Buffer.concat(kept).toString('utf8') : null
    place.events.answered({ ...found, body: text, isReusable: !session.isLeaving })
  })
  stream.on('error', (error: NodeJS.ErrnoException) => {
    fail(endOf(error, session))
  })
  stream.on('close', () => fail({ kind: 'closed' }))
  if (body !== null) stream.end(body)
}

/** It said how long its body would be, and ended before. */
const lacksBytes = (
  { status, headers }: { status: number; headers: Record<string, unknown> },
  bytes: number,
  method: string | undefined,
): boolean =>
  method !== 'HEAD' &&
  status !== 204 &&
  status !== 304 &&
  headers['content-length'] !== undefined &&
  Number(headers['content-length']) > bytes

/** What the protocol layer refuses is no HTTP/2; an error code of the target is a reset; the rest is the socket's. */
function endOf(error: NodeJS.ErrnoException, { isOpen, isSecure, isConfirmed }: Session): Http2End {
  const code = error.code ?? error.message
  const isOfProtocol = code.startsWith('ERR_HTTP2_')
  if (isOfProtocol && (code === 'ERR_HTTP2_ERROR' || !isConfirmed)) {
    return { kind: 'malformed', reason: error.message }
  }
  if (!isOfProtocol) return { kind: 'socket-error', code, isOpen, isSecure }
  const [reason] = /NGHTTP2_\w+/.exec(error.message) ?? []
  return { kind: 'socket-error', code: 'ECONNRESET', isOpen, isSecure, ...(reason && { reason }) }
}
