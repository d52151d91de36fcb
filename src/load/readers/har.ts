// HAR 1.2, as browsers save it: what was asked for, in order, without what belonged to that connection.

import Type from 'typebox'
import { Check } from 'typebox/value'
import { ownHeaders, type ReadRequest, UnreadableRequest, wholeUrl } from './read-request.ts'

const pair = Type.Object({ name: Type.String(), value: Type.String() })

const harSchema = Type.Object({
  log: Type.Object({
    entries: Type.Array(
      Type.Object({
        request: Type.Object({
          method: Type.String(),
          url: Type.String(),
          headers: Type.Optional(Type.Array(pair)),
          postData: Type.Optional(Type.Object({ text: Type.Optional(Type.String()) })),
        }),
      }),
    ),
  }),
})

/** `line` of each is its number in the list of entries: a HAR is one line as often as not. */
export function readHar(text: string): ReadRequest[] {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    throw new UnreadableRequest(1, `it is no JSON: ${error.message}`)
  }
  if (!Check(harSchema, value)) throw new UnreadableRequest(1, 'it has no log.entries with requests')
  return value.log.entries.map(({ request: { method, url, headers = [], postData } }, index) => ({
    method,
    url: wholeUrl(url, index + 1).replace(/#.*$/, ''),
    headers: ownHeaders(headers.map(({ name, value: text }) => [name, text])),
    body: postData?.text ?? null,
    line: index + 1,
  }))
}
