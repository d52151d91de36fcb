// An OpenAPI 3 description → a scenario: a request for each operation that its examples fill in, and for
// each link a chain whose second step uses what the first one's answer said.
//
//   links: {order: {operationId: getOrder, parameters: {id: $response.body#/id}}}
//     ─▶ steps: POST /orders  capture {id: body.id}  ─▶  GET /orders/{{id}}

import Type from 'typebox'
import { errors, type Place } from '../../errors.ts'
import { parseYamlFile } from '../../system/yaml-file.ts'
import type { Scenario, ScenarioRequest } from '../scenario.ts'
import { exampleOf, isObject, resolverOf, type Resolve } from './openapi-example.ts'

const schema = Type.Object({
  openapi: Type.String(),
  servers: Type.Optional(Type.Array(Type.Object({ url: Type.String() }))),
  paths: Type.Record(Type.String(), Type.Unknown()),
})

const next = 'Mend the file, or write a scenario (docs/load.md).'
const methods = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch'] as const

type Json = Record<string, unknown>
type Step = ScenarioRequest['steps'][number]

interface Operation {
  id: string | null
  /** `POST /orders` */
  name: string
  method: string
  path: string
  described: Json
  parameters: Json[]
  place: Place
}

export interface ReadDescription {
  /** Of its first server; null when that is no whole URL. */
  baseUrl: string | null
  scenario: Scenario
  /** What was left out, and why. */
  notes: string[]
}

/** Throws `file-invalid` for another kind of file, and when no operation has the examples that it needs. */
export function readOpenApi(text: string, file: string): ReadDescription {
  const yaml = parseYamlFile({ text, file, next }, schema)
  const document = yaml.value as Json & typeof yaml.value
  const { openapi } = document
  if (!openapi.startsWith('3.')) {
    throw errors.fileInvalid(yaml.placeOf(['openapi']), `this is OpenAPI ${openapi}; msvc reads 3.x.`, next)
  }
  const resolve = resolverOf(document)
  const operations = Object.entries(document.paths).flatMap(([path, item]) =>
    operationsOf(
      { path, item: resolve(item), placeOf: (key) => yaml.placeOf(['paths', path, key]) },
      resolve,
    ),
  )
  const notes: string[] = []
  const requests: ScenarioRequest[] = []
  for (const operation of operations) {
    const step = stepOf(operation, {}, resolve)
    if ('missing' in step) notes.push(`${operation.name} was left out: ${step.missing}`)
    else requests.push(asRequest(operation.name, [step], operation.place))
  }
  for (const operation of operations) {
    for (const link of linksOf(operation, resolve)) {
      const chain = chainOf(operation, link, operations, resolve)
      if ('missing' in chain)
        notes.push(`the link ${link.name} of ${operation.name} was left out: ${chain.missing}`)
      else requests.push(chain)
    }
  }
  // What only a link can fill in is not missing when the link is followed.
  const told = notes.filter(
    (note) =>
      !requests.some(({ steps }) => steps.length > 1 && note.startsWith(`${steps[1]!.name} was left out`)),
  )
  if (requests.length === 0) {
    const why =
      notes[0] === undefined ? 'it describes no operation.' : `no request can be made of it: ${notes[0]}.`
    throw errors.fileInvalid(yaml.placeOf(['paths'], { key: true }), why, next)
  }
  const server = document.servers?.[0]?.url ?? ''
  const baseUrl = /^https?:\/\//i.test(server) && URL.canParse(server) ? server.replace(/\/$/, '') : null
  return { baseUrl, scenario: { name: file, feeds: [], setup: [], requests }, notes: told }
}

function operationsOf(
  { path, item, placeOf }: { path: string; item: unknown; placeOf: (method: string) => Place },
  resolve: Resolve,
): Operation[] {
  if (!isObject(item)) return []
  return methods.flatMap((key) => {
    const described = item[key]
    if (!isObject(described)) return []
    const method = key.toUpperCase()
    const id = typeof described['operationId'] === 'string' ? described['operationId'] : null
    const parameters = [...listOf(item['parameters'], resolve), ...listOf(described['parameters'], resolve)]
    return [{ id, name: `${method} ${path}`, method, path, described, parameters, place: placeOf(key) }]
  })
}

const listOf = (value: unknown, resolve: Resolve): Json[] =>
  Array.isArray(value) ? value.map(resolve).filter(isObject) : []

const asRequest = (name: string, steps: Step[], place: Place): ScenarioRequest => ({
  name,
  weight: 1,
  steps,
  place,
})

/** `given`: values for parameters by name, before the examples. */
function stepOf(
  operation: Operation,
  given: Readonly<Record<string, string>>,
  resolve: Resolve,
): Step | { missing: string } {
  const { name, method, described, place } = operation
  const values = {
    path: new Map<string, string>(),
    query: new Map<string, string>(),
    header: new Map<string, string>(),
  }
  for (const parameter of operation.parameters) {
    const where = String(parameter['in'])
    const called = String(parameter['name'])
    const example = given[called] ?? exampleOf(parameter, resolve)
    const isNeeded = parameter['required'] === true || where === 'path'
    if (example === undefined && isNeeded)
      return { missing: `the ${where} parameter ${called} has no example` }
    if (example === undefined) continue
    if (where !== 'path' && where !== 'query' && where !== 'header') {
      if (isNeeded) return { missing: `msvc cannot send the ${where} parameter ${called}` }
      continue
    }
    if (typeof example !== 'string' && typeof example !== 'number' && typeof example !== 'boolean') {
      if (isNeeded) return { missing: `the ${where} parameter ${called} is no single value` }
      continue
    }
    values[where].set(called, String(example))
  }
  const unfilled = [...operation.path.matchAll(/\{([^}]+)\}/g)].find(
    ([, called]) => !values.path.has(called!),
  )
  if (unfilled !== undefined) return { missing: `the path parameter ${unfilled[1]} is not described` }
  const content = bodyOf(resolve(described['requestBody']), resolve)
  if ('missing' in content) return content
  const path = operation.path.replaceAll(/\{([^}]+)\}/g, (_, called: string) =>
    escaped(values.path.get(called)!),
  )
  const query = [...values.query].map(([called, value]) => `${encodeURIComponent(called)}=${escaped(value)}`)
  return {
    name,
    method,
    path: query.length === 0 ? path : `${path}?${query.join('&')}`,
    headers: { ...content.headers, ...Object.fromEntries(values.header) },
    body: content.body,
    expect: documentedSuccess(described),
    place,
  }
}

/** A variable is percent-encoded when it is filled in. */
const escaped = (value: string): string => (/^\{\{\w+\}\}$/.test(value) ? value : encodeURIComponent(value))

function bodyOf(
  described: unknown,
  resolve: Resolve,
): { body: unknown; headers: Record<string, string> } | { missing: string } {
  const none = { body: null, headers: {} }
  if (!isObject(described) || !isObject(described['content'])) return none
  const types = Object.entries(described['content'])
  for (const [type, media] of types) {
    const example = isObject(media) ? exampleOf(media, resolve) : undefined
    if (example === undefined) continue
    const headers = { 'content-type': type }
    if (/[/+]json\b/i.test(type)) {
      // An example that is written as a text is the JSON itself.
      return { body: typeof example === 'string' ? example : (example ?? 'null'), headers }
    }
    if (typeof example === 'string') return { body: example, headers }
  }
  return described['required'] === true
    ? { missing: `its body has no example (${types.map(([type]) => type).join(', ')})` }
    : none
}

/** The documented statuses below 400; null when there are none with a number: then any of them is ok. */
function documentedSuccess({ responses }: Json): number[] | null {
  const statuses = isObject(responses) ? Object.keys(responses) : []
  // `2XX` and `default` stand for what cannot be listed.
  if (statuses.some((status) => /^[23]XX$/i.test(status) || status === 'default')) return null
  const success = statuses.filter((status) => /^[23]\d\d$/.test(status)).map(Number)
  return success.length === 0 ? null : success
}

interface Link {
  name: string
  operation: string
  parameters: Json
}

function linksOf({ described }: Operation, resolve: Resolve): Link[] {
  const { responses } = described
  if (!isObject(responses)) return []
  return Object.entries(responses)
    .filter(([status]) => status.startsWith('2'))
    .flatMap(([, response]) => {
      const links = resolve(response)
      return isObject(links) && isObject(links['links']) ? Object.entries(links['links']) : []
    })
    .flatMap(([name, value]) => {
      const link = resolve(value)
      if (!isObject(link)) return []
      const operation = link['operationId'] ?? link['operationRef']
      const parameters = isObject(link['parameters']) ? link['parameters'] : {}
      return [{ name, operation: String(operation), parameters }]
    })
}

function chainOf(
  first: Operation,
  link: Link,
  operations: readonly Operation[],
  resolve: Resolve,
): ScenarioRequest | { missing: string } {
  const second = operations.find(
    ({ id, path, method }) => id === link.operation || link.operation === refTo(path, method),
  )
  if (second === undefined) return { missing: `there is no operation ${link.operation}` }
  const capture: Record<string, string> = {}
  const given: Record<string, string> = {}
  for (const [qualified, expression] of Object.entries(link.parameters)) {
    const called = qualified.replace(/^(path|query|header)\./, '')
    const from = typeof expression === 'string' ? capturePath(expression) : null
    if (from === undefined) return { missing: `msvc cannot read ${String(expression)}` }
    if (from === null) given[called] = String(expression)
    else {
      const variable = `link_${called.replaceAll(/\W/g, '_')}`
      capture[variable] = from
      given[called] = `{{${variable}}}`
    }
  }
  const one = stepOf(first, {}, resolve)
  if ('missing' in one) return one
  const other = stepOf(second, given, resolve)
  if ('missing' in other) return other
  return asRequest(`${one.name}, then ${other.name}`, [{ ...one, capture }, other], first.place)
}

const refTo = (path: string, method: string): string =>
  `#/paths/${path.replaceAll('~', '~0').replaceAll('/', '~1')}/${method.toLowerCase()}`

/** Where the value stands in the answer; null for a constant, undefined for what cannot be captured. */
function capturePath(expression: string): string | null | undefined {
  const inBody = /^\$response\.body#\/(.+)$/.exec(expression)?.[1]
  if (inBody !== undefined && !/~|\./.test(inBody)) return `body.${inBody.replaceAll('/', '.')}`
  const header = /^\$response\.header\.([\w-]+)$/.exec(expression)?.[1]
  if (header !== undefined) return `header.${header.toLowerCase()}`
  return expression.startsWith('$') || expression.includes('{$') ? undefined : null
}
