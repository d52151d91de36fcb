// Requests in the formats of other tools → a scenario: vegeta's targets (http and JSON), HAR and OpenAPI.

import { errors, type Place } from '../../errors.ts'
import { withoutPasswords } from '../../system/secrets.ts'
import type { Scenario } from '../scenario.ts'
import { readHar } from './har.ts'
import { readOpenApi } from './openapi.ts'
import { type ReadRequest, UnreadableRequest, withCredentials } from './read-request.ts'
import { readVegetaHttp, readVegetaJson } from './vegeta.ts'

export const requestFormats = ['vegeta', 'vegeta-json', 'har', 'openapi'] as const
export type RequestFormat = (typeof requestFormats)[number]

export interface RequestFile {
  text: string
  file: string
  /** Guessed from the text, if not said. */
  format?: RequestFormat | undefined
  /** A file that the file names (`@body.json`), relative to it. */
  readBody(path: string): Promise<Uint8Array>
  /** Where the requests will go, if that is said already: of a file with several targets, its own are meant. */
  target?: string | undefined
}

export interface ReadFile {
  /** null: the file names no target. */
  baseUrl: string | null
  scenario: Scenario
  /** What was left out, and why. */
  notes: readonly string[]
}

/** Equal requests become one with their number as its weight. Throws `file-invalid`. */
export async function readRequests(source: RequestFile): Promise<ReadFile> {
  const text = source.text.replace(/^\uFEFF/, '')
  const { file, format = guessFormat(text) } = source
  return format === 'openapi' ? readOpenApi(text, file) : readListed(format, { ...source, text })
}

type ListFormat = Exclude<RequestFormat, 'openapi'>

async function readListed(format: ListFormat, source: RequestFile): Promise<ReadFile> {
  const { file } = source
  const placeOf = (line: number): Place => ({ file, line, column: 1 })
  const next = `It was read as ${format}; --format names another (${requestFormats.join(', ')}).`
  try {
    const read = await readAs(format, source)
    const requests = read.requests.map(withCredentials)
    const notes = read.notes.map(withoutPasswords)
    const [first] = requests
    if (first === undefined) {
      const told = notes.length === 0 ? '' : ` (${notes.slice(0, 3).join('; ')})`
      throw new UnreadableRequest(1, `there is no request in it${told}`)
    }
    const { origin } = new URL(first.url)
    const stranger = requests.find(({ url }) => new URL(url).origin !== origin)
    if (stranger !== undefined) {
      throw new UnreadableRequest(
        stranger.line,
        `${stranger.url} is not of ${origin}; one run has one target`,
      )
    }
    return { baseUrl: origin, scenario: scenarioOf(requests, file), notes }
  } catch (error) {
    if (!(error instanceof UnreadableRequest)) throw error
    throw errors.fileInvalid(placeOf(error.line), `${withoutPasswords(error.message)}.`, next)
  }
}

async function readAs(
  format: ListFormat,
  { text, readBody, target }: RequestFile,
): Promise<{ requests: ReadRequest[]; notes: string[] }> {
  switch (format) {
    case 'vegeta':
      return { requests: await readVegetaHttp(text, readBody), notes: [] }
    case 'vegeta-json':
      return { requests: readVegetaJson(text), notes: [] }
    case 'har':
      return readHar(text, target === undefined ? undefined : new URL(target).origin)
  }
}

function guessFormat(text: string): RequestFormat {
  // At the start of a line of YAML, or as a key of the JSON object itself.
  if (/^\s*(?:\{[^]{0,200}?)?["']?(?:openapi|swagger)["']?\s*:/m.test(text)) return 'openapi'
  if (!text.trimStart().startsWith('{')) return 'vegeta'
  return /^\s*\{\s*"log"/.test(text) ? 'har' : 'vegeta-json'
}

function scenarioOf(requests: readonly ReadRequest[], file: string): Scenario {
  const counted = new Map<string, { request: ReadRequest; weight: number }>()
  for (const request of requests) {
    const { line: _line, body: sent, ...same } = request
    const isText = typeof sent === 'string' || sent === null
    const key = JSON.stringify([same, isText, isText ? sent : Buffer.from(sent).toString('base64')])
    const known = counted.get(key)
    if (known === undefined) counted.set(key, { request, weight: 1 })
    else known.weight += 1
  }
  const called = new Map<string, number>()
  return {
    name: file,
    feeds: [],
    setup: [],
    requests: [...counted.values()].map(({ request, weight }) => {
      const { method, url, headers, body, line } = request
      const { pathname, search } = new URL(url)
      const route = `${method} ${pathname}`
      const times = (called.get(route) ?? 0) + 1
      called.set(route, times)
      // A name of its own, so that a threshold can be about it.
      const name = times === 1 ? route : `${route} (${times})`
      const place = { file, line, column: 1 }
      const path = pathname + search
      return { name, weight, place, steps: [{ name, method, path, headers, body, expect: null, place }] }
    }),
  }
}
