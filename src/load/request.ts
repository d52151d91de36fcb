// A request as bytes: made once, so that sending one only splices in what differs per arrival.

import { headerNameIn } from '../system/secrets.ts'
import type { Check } from './checks.ts'
import {
  type ArrivalValues,
  type Context,
  fill,
  fillJson,
  type Gap,
  ownValues,
  splitAtGaps,
  valueIn,
  type Variables,
} from './template.ts'

/** The reason why a request cannot be put on the wire. */
export class UnsendableRequest extends Error {}

/** A request as a scenario or the command line describes it, for one target. */
export interface RequestSource {
  name: string
  method: string
  /** From the root of the target, with query. */
  path: string
  headers: Readonly<Record<string, string>>
  /** An object is sent as JSON; a text as it is, with gaps; bytes (a Uint8Array) as they are, without. */
  body: unknown
  /** What counts as ok; null: any status below 400. */
  expect: readonly number[] | null
  /** What else must be true of the answer; nothing if left out. */
  checks?: readonly Check[]
  /** Variable → where its value stands in the answer: `body.id`, `header.location`. */
  capture?: Readonly<Record<string, string>>
  /** The pause after it, before the next step. */
  thinkMs?: number
}

/** Plain data: it crosses to the generator's thread by structured clone. */
export interface CompiledRequest {
  name: string
  isHead: boolean
  expect: readonly number[] | null
  /** The request in order; `length` is the body's length in digits. */
  checks: readonly Check[]
  /** [variable, path] */
  capture: readonly (readonly [string, string])[]
  thinkMs: number
  parts: (Uint8Array | Gap | 'length')[]
  bodyLength: { fixed: number; gaps: Gap[] }
  /** The value of its Idempotency-Key, if it has that header. */
  key: (string | Gap)[] | null
  hasGaps: boolean
  needsUuid: boolean
  /** It says `Expect: 100-continue`: its body waits until the target wants it. */
  waitsForContinue: boolean
}

/** Throws UnsendableRequest when the filled-in request would break the framing. */
export function compileRequest(
  source: RequestSource,
  target: { host: string; pathPrefix: string },
  variables: Variables,
  arrivalNames: ReadonlySet<string> = new Set(ownValues),
): CompiledRequest {
  const path = target.pathPrefix + fill(source.path, variables)
  const body = bodyOf(source.body, variables)
  const headers = allHeaders(source, target.host, body !== null).map(([name, value]): [string, string] => [
    name,
    fill(value, variables),
  ])
  const gapped = pathParts(path, arrivalNames)
  // A gap's name may have what its value will not: it is written as a path needs it.
  const literalPath = gapped.map((part) => (typeof part === 'string' ? part : '{{}}')).join('')
  checkSyntax(source.method, literalPath, headers)
  const isExpecting = headers.some(([name]) => name.toLowerCase() === 'expect')
  if (isExpecting && body === null)
    throw new UnsendableRequest('expect: 100-continue needs a body that can wait')

  const head = headers.map(([name, value]) => `${name}: ${value}\r\n`).join('')
  const bodyParts = bodyPartsOf(body, isJson(source.body) ? 'json' : 'text', arrivalNames)
  const hasLength = body !== null || ['POST', 'PUT', 'PATCH'].includes(source.method)
  const parts: Part[] = [
    `${source.method} `,
    ...gapped,
    ' HTTP/1.1\r\n',
    ...splitAtGaps(`${head}${hasLength ? 'content-length: ' : ''}`, 'header', arrivalNames),
    ...(hasLength ? [bodyLength] : []),
    hasLength ? '\r\n\r\n' : '\r\n',
    ...bodyParts,
  ]
  const key = headers.find(([name]) => name.toLowerCase() === 'idempotency-key')?.[1]
  const bodyGaps = bodyParts.filter(isGap)
  const inRequest = parts.filter(isGap).filter((gap) => gap !== bodyLength)
  const fixed = bodyParts.reduce((sum, part) => sum + (isGap(part) ? 0 : Buffer.byteLength(part)), 0)
  return {
    name: source.name,
    isHead: source.method === 'HEAD',
    expect: source.expect,
    checks: source.checks ?? [],
    capture: Object.entries(source.capture ?? {}),
    thinkMs: source.thinkMs ?? 0,
    parts: joinBytes(parts, bodyGaps.length === 0 ? fixed : null),
    bodyLength: { fixed, gaps: bodyGaps },
    key: key === undefined ? null : splitAtGaps(key, 'header', arrivalNames),
    hasGaps: inRequest.length > 0,
    needsUuid: inRequest.some(({ name }) => name === 'uuid'),
    waitsForContinue: isExpecting,
  }
}

/** The bytes of one request. A request without gaps is always the same buffer. */
export function bytesOf(request: CompiledRequest, values: ArrivalValues): Uint8Array {
  const { parts } = request
  const [first] = parts
  if (parts.length === 1 && first instanceof Uint8Array) return first
  const length = lengthDigits(request, values)
  const pieces = parts.map((part) =>
    part instanceof Uint8Array ? part : part === 'length' ? length : valueIn(part, values),
  )
  let size = 0
  for (const piece of pieces) size += typeof piece === 'string' ? Buffer.byteLength(piece) : piece.length
  const bytes = Buffer.allocUnsafe(size)
  let at = 0
  for (const piece of pieces) {
    if (typeof piece === 'string') {
      at += bytes.write(piece, at, 'utf8')
    } else {
      bytes.set(piece, at)
      at += piece.length
    }
  }
  return bytes
}

/** The Idempotency-Key of one request. */
export const keyOf = (request: CompiledRequest, values: ArrivalValues): string | null =>
  request.key === null
    ? null
    : request.key.map((part) => (typeof part === 'string' ? part : valueIn(part, values))).join('')

const lengthDigits = ({ bodyLength: { fixed, gaps } }: CompiledRequest, values: ArrivalValues): string =>
  gaps.length === 0
    ? String(fixed)
    : String(gaps.reduce((sum, gap) => sum + Buffer.byteLength(valueIn(gap, values)), fixed))

const pathParts = (path: string, names: ReadonlySet<string>): (string | Gap)[] =>
  splitAtGaps(path, 'path', names).map((part, index) =>
    index === 0 && typeof part === 'object' ? { ...part, as: 'path-start' } : part,
  )

/** Stands for the digits of the body's length. */
const bodyLength: Gap = { name: 'length of the body', as: 'header' }

function bodyOf(body: unknown, variables: Variables): string | Uint8Array | null {
  if (body instanceof Uint8Array) return body
  const filled = fillJson(body, variables)
  if (filled === undefined || filled === null) return null
  return typeof filled === 'string' ? filled : JSON.stringify(filled)
}

const isJson = (body: unknown): boolean => typeof body !== 'string' && !(body instanceof Uint8Array)

/** What a request is put together from. */
type Part = string | Uint8Array | Gap

const isGap = (part: Part): part is Gap => typeof part === 'object' && !(part instanceof Uint8Array)

const bodyPartsOf = (body: string | Uint8Array | null, as: Context, names: ReadonlySet<string>): Part[] =>
  body === null ? [] : body instanceof Uint8Array ? [body] : splitAtGaps(body, as, names)

function allHeaders(source: RequestSource, host: string, hasBody: boolean): [string, string][] {
  const given = Object.entries(source.headers)
  const has = (name: string): boolean => given.some(([other]) => other.toLowerCase() === name)
  const ours: [string, string][] = []
  if (!has('host')) ours.push(['host', host])
  if (!has('user-agent')) ours.push(['user-agent', 'msvc'])
  if (!has('accept')) ours.push(['accept', '*/*'])
  if (hasBody && isJson(source.body) && !has('content-type')) {
    ours.push(['content-type', 'application/json'])
  }
  return [...ours, ...given]
}

/** Header names that would break the framing if a user could set them. */
const framing = new Set(['content-length', 'transfer-encoding', 'upgrade', 'te', 'trailer'])

function checkSyntax(method: string, path: string, headers: [string, string][]): void {
  if (!/^[A-Z]+$/.test(method) || method === 'CONNECT')
    throw new UnsendableRequest(`the method ${method} cannot be sent`)
  if (!/^(\/|\{\{)[\x21-\x7e]*$/.test(path)) {
    throw new UnsendableRequest(
      `the path ${JSON.stringify(path)} has characters that must be percent-encoded`,
    )
  }
  for (const [name, value] of headers) {
    if (!/^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/.test(name))
      throw new UnsendableRequest(`${JSON.stringify(headerNameIn(name))} is no header name`)
    if (framing.has(name.toLowerCase()))
      throw new UnsendableRequest(`the header ${name} is set by msvc itself`)
    if (name.toLowerCase() === 'expect' && value.toLowerCase() !== '100-continue')
      throw new UnsendableRequest('the header expect may only be 100-continue')
    if (!/^[\t\x20-\x7e]*$/.test(value)) {
      throw new UnsendableRequest(`the header ${name} has a value with control or non-ASCII characters`)
    }
  }
}

/** Neighbouring literals become one buffer; the length becomes a literal where it is known. */
function joinBytes(parts: readonly Part[], knownLength: number | null): CompiledRequest['parts'] {
  const joined: CompiledRequest['parts'] = []
  let literals: Uint8Array[] = []
  const flush = (): void => {
    if (literals.length > 0) joined.push(new Uint8Array(Buffer.concat(literals)))
    literals = []
  }
  for (const part of parts) {
    if (!isGap(part)) literals.push(typeof part === 'string' ? Buffer.from(part) : part)
    else if (part === bodyLength && knownLength !== null) literals.push(Buffer.from(String(knownLength)))
    else {
      flush()
      joined.push(part === bodyLength ? 'length' : part)
    }
  }
  flush()
  return joined
}
