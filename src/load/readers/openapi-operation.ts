// An operation of an OpenAPI description → the step that sends it, filled in by its examples.

import type { Place } from '../../errors.ts'
import type { ScenarioRequest } from '../scenario.ts'
import { exampleOf, isObject, type Resolve } from './openapi-example.ts'

const methods = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch'] as const

export type Json = Record<string, unknown>
type Step = ScenarioRequest['steps'][number]

export interface Operation {
  id: string | null
  /** `POST /orders` */
  name: string
  method: string
  path: string
  described: Json
  parameters: Json[]
  place: Place
}

export function operationsOf(
  { path, item, placeOf }: { path: string; item: unknown; placeOf: (method: string) => Place },
  resolve: Resolve,
): Operation[] {
  if (!isObject(item)) return []
  return methods.flatMap((key) => {
    const described = item[key]
    if (!isObject(described)) return []
    const method = key.toUpperCase()
    const id = typeof described['operationId'] === 'string' ? described['operationId'] : null
    const parameters = distinct([
      ...listOf(item['parameters'], resolve),
      ...listOf(described['parameters'], resolve),
    ])
    return [{ id, name: `${method} ${path}`, method, path, described, parameters, place: placeOf(key) }]
  })
}

const listOf = (value: unknown, resolve: Resolve): Json[] =>
  Array.isArray(value) ? value.map(resolve).filter(isObject) : []

/** What an operation says of a parameter replaces what its path says of it. */
const distinct = (parameters: readonly Json[]): Json[] => [
  ...new Map(parameters.map((one) => [`${String(one['in'])} ${String(one['name'])}`, one] as const)).values(),
]

export const asRequest = (name: string, steps: Step[], place: Place): ScenarioRequest => ({
  name,
  weight: 1,
  steps,
  place,
})

/** `given`: values for parameters by name, before the examples. */
export function stepOf(
  operation: Operation,
  given: Readonly<Record<string, string>>,
  resolve: Resolve,
): Step | { missing: string } {
  const { name, method, described, place } = operation
  const values = valuesOf(operation, given, resolve)
  if ('missing' in values) return values
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

interface Values {
  path: Map<string, string>
  query: Map<string, string>
  header: Map<string, string>
}

/** The value of each parameter that has one. */
function valuesOf(
  { parameters }: Operation,
  given: Readonly<Record<string, string>>,
  resolve: Resolve,
): Values | { missing: string } {
  const values: Values = { path: new Map(), query: new Map(), header: new Map() }
  for (const parameter of parameters) {
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
  return values
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
    const form = /^application\/x-www-form-urlencoded\b/i.test(type) ? formOf(example) : undefined
    if (form !== undefined) return { body: form, headers }
  }
  return described['required'] === true
    ? { missing: `its body has no example (${types.map(([type]) => type).join(', ')})` }
    : none
}

/** undefined when one of its fields is no single value. */
function formOf(example: unknown): string | undefined {
  if (!isObject(example)) return undefined
  const fields = Object.entries(example)
  const isFlat = fields.every(([, value]) => ['string', 'number', 'boolean'].includes(typeof value))
  return isFlat
    ? new URLSearchParams(fields.map(([name, value]): [string, string] => [name, String(value)])).toString()
    : undefined
}

/** The documented statuses below 400; null when there are none with a number: then any of them is ok. */
function documentedSuccess({ responses }: Json): number[] | null {
  const statuses = isObject(responses) ? Object.keys(responses) : []
  // `2XX` and `default` stand for what cannot be listed.
  if (statuses.some((status) => /^[23]XX$/i.test(status) || status === 'default')) return null
  const success = statuses.filter((status) => /^[23]\d\d$/.test(status)).map(Number)
  return success.length === 0 ? null : success
}
