// http: breaks requests instead of bytes. It works on what the client sends (upstream).
//
// A request that matches `method` and `path` (both empty: all), is among the `first` N that do (0: no
// limit) and falls into `percentage` is answered with `status` and `body`, or cut off (`abort`), or only
// late (`delay` milliseconds, also before an answer). The server never sees a request that was
// answered or cut off. A path that ends in * matches what begins so; the query does not count.

import {
  count,
  flag,
  fraction,
  milliseconds,
  numberOf,
  text,
  textOf,
  type Attributes,
} from '../attributes.ts'
import { concat } from '../bytes.ts'
import { createRequestReader, type RequestHead } from '../http-requests.ts'
import { pass, smallBuffer, type Step, type ToxicKind } from '../toxic.ts'

export const http: ToxicKind = {
  type: 'http',
  attributes: [
    count('status'),
    milliseconds('delay'),
    flag('abort'),
    text('body'),
    text('method'),
    text('path'),
    fraction('percentage', 100, 100),
    count('first'),
  ],
  defaultStream: 'upstream',
  bufferBytes: smallBuffer,
  refuse(attributes, stream) {
    const status = numberOf(attributes, 'status')
    if (stream === 'downstream') return 'http works on requests: its stream is upstream'
    if (status !== 0 && (status < 200 || status > 599)) return 'status must be 0 or from 200 to 599'
    return undefined
  },
  stage(attributes, { chance, shared }) {
    const read = createRequestReader()
    const delayMs = numberOf(attributes, 'delay')
    const isAnswered = numberOf(attributes, 'status') !== 0
    let fate: 'pass' | 'delay' | 'answer' | 'abort' = 'pass'
    let expectsContinue = false
    let head: RequestHead | undefined
    let broken = 0

    const decide = (request: RequestHead): typeof fate => {
      if (!matches(attributes, request)) return 'pass'
      if (chance() * 100 >= numberOf(attributes, 'percentage')) return 'pass'
      const first = numberOf(attributes, 'first')
      if (first > 0 && shared.requests >= first) return 'pass'
      shared.requests++
      broken++
      return attributes['abort'] === true ? 'abort' : isAnswered ? 'answer' : 'delay'
    }
    return {
      broken: () => broken,
      take(item, nowMs) {
        if (item.kind === 'end') return [pass(item, nowMs)]
        return read(item.bytes).flatMap((part): Step[] => {
          if (part.head !== undefined) {
            head = part.head
            expectsContinue = part.head.expectsContinue
            fate = decide(part.head)
          }
          const dueMs = nowMs + delayMs
          const data = { kind: 'data', bytes: part.bytes } as const
          switch (fate) {
            case 'pass':
              return [pass(data, nowMs)]
            case 'delay':
              return [pass(data, dueMs)]
            case 'abort':
              return [{ kind: 'reset', dueMs }]
            case 'answer': {
              if (!part.isLast && !expectsContinue) return []
              const bytes = answerBytes(attributes, head?.method, expectsContinue)
              const answer: Step = { kind: 'answer', bytes, dueMs }
              // Its body may or may not come now, so nobody could tell where the next request begins.
              return expectsContinue ? [answer, { kind: 'close', dueMs }] : [answer]
            }
          }
        })
      },
    }
  },
}

function matches(attributes: Attributes, { method, path }: RequestHead): boolean {
  const wanted = textOf(attributes, 'path')
  const actual = path.split('?')[0]!
  const isPath =
    wanted === '' || (wanted.endsWith('*') ? actual.startsWith(wanted.slice(0, -1)) : actual === wanted)
  const wantedMethod = textOf(attributes, 'method').toUpperCase()
  return isPath && (wantedMethod === '' || wantedMethod === method)
}

const encoder = new TextEncoder()

function answerBytes(attributes: Attributes, method: string | undefined, isLastAnswer: boolean): Uint8Array {
  const status = numberOf(attributes, 'status')
  const hasBody = status !== 204 && status !== 304
  const body = encoder.encode(hasBody ? textOf(attributes, 'body') : '')
  const head = [
    `HTTP/1.1 ${status} Injected`,
    `content-type: ${/^\s*[[{]/.test(textOf(attributes, 'body')) ? 'application/json' : 'text/plain'}`,
    ...(hasBody ? [`content-length: ${body.length}`] : []),
    'x-msvc-fault: http',
    ...(isLastAnswer ? ['connection: close'] : []),
  ]
  const start = encoder.encode(`${head.join('\r\n')}\r\n\r\n`)
  return method === 'HEAD' ? start : concat(start, body)
}
