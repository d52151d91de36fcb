// HAR 1.2, as browsers save it: what was asked for, in order, without what belonged to that connection.
//
// A page asks many hosts, and opens more than requests of HTTP; a run has one target. So the requests of one
// origin are taken, and the rest is named.

import Type, { type Static } from 'typebox'
import { Check } from 'typebox/value'
import { bodyFrom, ownHeaders, type ReadRequest, UnreadableRequest, wholeUrl } from './read-request.ts'

const pair = Type.Object({ name: Type.String(), value: Type.String() })

const postDataSchema = Type.Object({
  mimeType: Type.Optional(Type.String()),
  text: Type.Optional(Type.String()),
  /** Of the text; some tools say `base64` here, as the standard does for answers. */
  encoding: Type.Optional(Type.String()),
  params: Type.Optional(
    Type.Array(Type.Object({ name: Type.String(), value: Type.Optional(Type.String()) })),
  ),
})

const harSchema = Type.Object({
  log: Type.Object({
    entries: Type.Array(
      Type.Object({
        request: Type.Object({
          method: Type.String(),
          url: Type.String(),
          headers: Type.Optional(Type.Array(pair)),
          postData: Type.Optional(Type.Union([postDataSchema, Type.Null()])),
        }),
        response: Type.Optional(Type.Object({ status: Type.Optional(Type.Number()) })),
      }),
    ),
  }),
})

type Entry = Static<typeof harSchema>['log']['entries'][number]

/**
 * `line` of each is its number in the list of entries: a HAR is one line as often as not.
 * @param origin whose requests are meant, if any are; else those of the first request's
 */
export function readHar(text: string, origin?: string): { requests: ReadRequest[]; notes: string[] } {
  const entries = entriesOf(text).map((entry, index) => ({ ...entry, line: index + 1 }))
  const leftOut: string[] = []
  const asked = entries.flatMap((entry) => {
    const { url } = entry.request
    if (!/^https?:/i.test(url) || entry.response?.status === 101) {
      leftOut.push(`${url.length > 80 ? `${url.slice(0, 80)}…` : url} is no request of HTTP`)
      return []
    }
    return [{ ...entry, origin: new URL(wholeUrl(url, entry.line)).origin }]
  })
  const ours = asked.some((entry) => entry.origin === origin) ? origin : asked[0]?.origin
  for (const [stranger, times] of countOf(asked.map((entry) => entry.origin))) {
    if (stranger !== ours)
      leftOut.push(`${times} ${times === 1 ? 'request' : 'requests'} to ${stranger}; one run has one target`)
  }
  const requests = asked
    .filter((entry) => entry.origin === ours)
    .flatMap(({ request, line }): ReadRequest[] => {
      const body = bodyOf(request)
      if (body === undefined) {
        leftOut.push(`${request.method} ${request.url}: its body is not in the file`)
        return []
      }
      const headers = ownHeaders((request.headers ?? []).map(({ name, value }) => [name, value]))
      return [{ method: request.method, url: request.url.replace(/#.*$/, ''), headers, body, line }]
    })
  return { requests, notes: leftOut.map((what) => `left out: ${what}`) }
}

function entriesOf(text: string): Entry[] {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    throw new UnreadableRequest(1, `it is no JSON: ${error.message}`)
  }
  if (!Check(harSchema, value)) throw new UnreadableRequest(1, 'it has no log.entries with requests')
  return value.log.entries
}

/** undefined: there was one, and it is not in the file. */
function bodyOf({ postData }: Entry['request']): ReadRequest['body'] | undefined {
  if (postData === undefined || postData === null) return null
  const { text, encoding, params = [], mimeType = '' } = postData
  if (text !== undefined && text !== '')
    return encoding === 'base64' ? bodyFrom(Buffer.from(text, 'base64')) : text
  if (params.length === 0) return text === '' ? null : undefined
  if (!/^application\/x-www-form-urlencoded\b/i.test(mimeType)) return undefined
  return new URLSearchParams(params.map(({ name, value = '' }): [string, string] => [name, value])).toString()
}

function countOf(names: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>()
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1)
  return counts
}
