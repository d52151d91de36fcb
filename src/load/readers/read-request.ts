// What the readers of all formats make, and how they say what they cannot read.

import { joinedHeaders } from '../../system/header-lines.ts'

/** One request as such a file says it. */
export interface ReadRequest {
  method: string
  /** Whole. */
  url: string
  headers: Record<string, string>
  /** Bytes where they are no text. */
  body: string | Uint8Array | null
  /** Where it stands, from 1. */
  line: number
}

/** A text, so that variables can stand in it, unless it would not be the same bytes again. */
export function bodyFrom(bytes: Uint8Array): string | Uint8Array {
  const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes)
  return Buffer.from(text).equals(bytes) ? text : bytes
}

/** The reason why a line cannot be read. */
export class UnreadableRequest extends Error {
  readonly line: number
  constructor(line: number, reason: string) {
    super(reason)
    this.line = line
  }
}

/** Headers that belong to the recorded connection, or that msvc writes itself. */
const ofConnection =
  /^(:|host$|connection$|content-length$|transfer-encoding$|upgrade$|expect$|te$|trailer$|keep-alive$|proxy-)/i

export const ownHeaders = (headers: readonly (readonly [string, string])[]): Record<string, string> =>
  joinedHeaders(headers.filter(([name]) => !ofConnection.test(name)))

export function wholeUrl(url: string, line: number): string {
  if (/^https?:\/\//i.test(url) && URL.canParse(url)) return url
  throw new UnreadableRequest(line, `${JSON.stringify(url)} is no whole URL of http or https`)
}

/** A user and a password in the URL go out as a header, as clients of HTTP have it; one that is there already stays. */
export function withCredentials(request: ReadRequest): ReadRequest {
  const { username, password, origin, pathname, search } = new URL(request.url)
  if (username === '' && password === '') return request
  const credentials = [username, password].map(decoded).join(':')
  const authorization = `Basic ${Buffer.from(credentials).toString('base64')}`
  return {
    ...request,
    url: `${origin}${pathname}${search}`,
    headers: { authorization, ...request.headers },
  }
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch (error) {
    // A percent sign that escapes nothing is one.
    if (error instanceof URIError) return part
    throw error
  }
}
