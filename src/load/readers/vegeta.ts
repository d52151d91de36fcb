// The target formats of vegeta: blocks of text, or one JSON object a line.

import { joinedHeaders } from '../../system/header-lines.ts'
import { headerNameIn } from '../../system/secrets.ts'
import { bodyFrom, ownHeaders, type ReadRequest, UnreadableRequest, wholeUrl } from './read-request.ts'

/**
 *   GET http://host/path
 *   Header: value
 *   @body-file
 *   (an empty line between two of them; # begins a comment)
 */
export async function readVegetaHttp(
  text: string,
  readBody: (path: string) => Promise<Uint8Array>,
): Promise<ReadRequest[]> {
  const requests: ReadRequest[] = []
  let open: { request: ReadRequest; headers: [string, string][] } | null = null
  const close = (): void => {
    if (open !== null) requests.push({ ...open.request, headers: sentHeaders(open.headers) })
    open = null
  }
  for (const [index, raw] of text.split('\n').entries()) {
    const line = raw.trim()
    const number = index + 1
    if (line.startsWith('#')) continue
    const [, method, url] = /^([A-Z]+)\s+(\S+)$/.exec(line) ?? []
    if (line === '') close()
    else if (method !== undefined && url !== undefined) {
      close()
      open = {
        request: { method, url: wholeUrl(url, number), headers: {}, body: null, line: number },
        headers: [],
      }
    } else if (open === null)
      throw new UnreadableRequest(number, `${JSON.stringify(headerNameIn(line))} is no "GET http://…"`)
    else if (line.startsWith('@')) open.request.body = bodyFrom(await readBody(line.slice(1).trim()))
    else if (line.indexOf(':') > 0) {
      const colon = line.indexOf(':')
      open.headers.push([line.slice(0, colon).trim(), line.slice(colon + 1).trim()])
    } else throw new UnreadableRequest(number, `${JSON.stringify(headerNameIn(line))} is no header`)
  }
  close()
  return requests
}

/** `{"method":"GET","url":"http://…","header":{"A":["b"]},"body":"<base64>"}` a line. */
export const readVegetaJson = (text: string): ReadRequest[] =>
  text.split('\n').flatMap((line, index) => (line.trim() === '' ? [] : [requestIn(line, index + 1)]))

function requestIn(line: string, number: number): ReadRequest {
  const value = parsed(line, number)
  const { method = 'GET', url, header = {}, body } = value
  if (typeof method !== 'string' || typeof url !== 'string')
    throw new UnreadableRequest(number, 'a target needs a method and a url')
  const headers = Object.entries(header as Record<string, unknown>).map(
    ([name, values]): [string, string] => [name, String(Array.isArray(values) ? values.join(', ') : values)],
  )
  return {
    method,
    url: wholeUrl(url, number),
    headers: sentHeaders(headers),
    body: typeof body === 'string' ? bodyFrom(Buffer.from(body, 'base64')) : null,
    line: number,
  }
}

/** Here a Host is not that of a recorded connection: whoever wrote it means a virtual host. */
const sentHeaders = (headers: readonly (readonly [string, string])[]): Record<string, string> => ({
  ...ownHeaders(headers),
  ...joinedHeaders(headers.filter(([name]) => name.toLowerCase() === 'host')),
})

function parsed(line: string, number: number): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(line)
    if (typeof value === 'object' && value !== null) return value as Record<string, unknown>
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
  }
  throw new UnreadableRequest(number, 'the line is no JSON object')
}
