// For tests only: from what a service tells in /openapi.json, requests that are as declared, and requests
// that are not, each with the status that it must be answered with.

import type { TSchema } from 'typebox'

/** What our own contracts use of JSON Schema in requests. */
interface Schema {
  type: 'string' | 'integer' | 'number' | 'object' | 'array'
  minLength?: number
  maxLength?: number
  pattern?: string
  minimum?: number
  maximum?: number
  items?: Schema
  maxItems?: number
  properties?: Record<string, Schema>
  required?: string[]
}

interface Parameter {
  name: string
  in: 'path' | 'query' | 'header'
  required: boolean
  schema: Schema
}

interface Told {
  operationId: string
  parameters: Parameter[]
  requestBody?: { content: { 'application/json': { schema: Schema } } }
  responses: Record<string, { content: { 'application/json': { schema: TSchema } } }>
  security?: unknown[]
}

export interface Operation {
  id: string
  method: string
  /** `/orders/{id}` */
  path: string
  parameters: Parameter[]
  body: Schema | undefined
  /** By status. */
  answers: Map<number, TSchema>
  /** Only with a token. */
  isGuarded: boolean
}

export interface TestRequest {
  method: string
  target: string
  headers: Record<string, string>
  body?: string
}

export interface BadRequest {
  what: string
  request: TestRequest
  status: number
}

/** Values that a name may have, instead of what its schema says: ids that exist, waits that are short. */
export type Samples = Record<string, readonly unknown[]>
export type Pick = <T>(list: readonly T[]) => T

export async function readOperations(url: string): Promise<Operation[]> {
  const response = await fetch(`${url}/openapi.json`)
  const { paths } = (await response.json()) as { paths: Record<string, Record<string, Told>> }
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, told]) => ({
      id: told.operationId,
      method: method.toUpperCase(),
      path,
      parameters: told.parameters,
      body: told.requestBody?.content['application/json'].schema,
      answers: new Map(
        Object.entries(told.responses).map(([status, { content }]) => [
          Number(status),
          content['application/json'].schema,
        ]),
      ),
      isGuarded: told.security !== undefined,
    })),
  )
}

/** By parameter, and by property of the body. */
interface Draft {
  parameters: Map<Parameter, unknown>
  body: unknown
}

export function goodRequest(operation: Operation, pick: Pick, samples: Samples = {}): TestRequest {
  return written(operation, draft(operation, pick, samples))
}

/** The bounds of 64 KiB and of JSON are those of every service (app.ts). */
export function badRequests(operation: Operation, pick: Pick, samples: Samples = {}): BadRequest[] {
  const good = draft(operation, pick, samples)
  const { id, parameters, body } = operation
  const bad = (what: string, status: number, more: Partial<Draft>): BadRequest => ({
    what: `${id}: ${what}`,
    request: written(operation, { ...good, ...more }),
    status,
  })
  const without = (parameter: Parameter): Draft['parameters'] =>
    new Map([...good.parameters].filter(([one]) => one !== parameter))

  const badParameters = parameters.flatMap((parameter) => [
    ...badTexts(parameter).map((value) =>
      bad(`${parameter.name} is ${shown(value)}`, 400, {
        parameters: new Map(good.parameters).set(parameter, value),
      }),
    ),
    ...(parameter.required && parameter.in !== 'path'
      ? [bad(`no ${parameter.name}`, 400, { parameters: without(parameter) })]
      : []),
  ])
  if (body === undefined) return badParameters

  const request = written(operation, good)
  const raw = (what: string, status: number, text: string, type = 'application/json'): BadRequest => ({
    what: `${id}: ${what}`,
    request: { ...request, body: text, headers: { ...request.headers, 'content-type': type } },
    status,
  })
  return [
    ...badParameters,
    ...badValues(body).map((value) => bad(`the body is ${shown(value)}`, 400, { body: value })),
    raw('no body', 400, ''),
    raw('half a body', 400, '{"a":'),
    raw('no JSON', 400, 'sku=book'),
    raw('a prototype in it', 400, '{"__proto__":{"x":1}}'),
    raw('too deep', 400, '['.repeat(30_000)),
    raw('oversized', 413, JSON.stringify({ x: 'x'.repeat(64 * 1024) })),
    raw('another type', 415, request.body ?? '', 'text/plain'),
    raw('a form', 415, 'a=1', 'application/x-www-form-urlencoded'),
  ]
}

function draft({ parameters, body }: Operation, pick: Pick, samples: Samples): Draft {
  const value = (name: string, schema: Schema): unknown => pick(samples[name] ?? goodValues(schema, samples))
  return {
    parameters: new Map(
      parameters
        .filter(({ required }) => required || pick([true, false]))
        .map((one) => [one, value(one.name, one.schema)]),
    ),
    body: body && value('', body),
  }
}

function written({ method, path, parameters }: Operation, { parameters: values, body }: Draft): TestRequest {
  const given = (place: Parameter['in']): [string, string][] =>
    parameters
      .filter((one) => one.in === place && values.has(one))
      .map((one) => [one.name, textOf(values.get(one))])
  const inPath = new Map(given('path'))
  const filled = path.replaceAll(/\{(\w+)\}/g, (_, name: string) =>
    encodeURIComponent(inPath.get(name) ?? ''),
  )
  const query = new URLSearchParams(given('query')).toString()
  return {
    method,
    target: query === '' ? filled : `${filled}?${query}`,
    headers: {
      ...Object.fromEntries(given('header')),
      ...(body !== undefined && { 'content-type': 'application/json' }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  }
}

const text: Schema = { type: 'string' }

/** At least one; the bounds are among them. */
function goodValues(schema: Schema, samples: Samples): unknown[] {
  const { type, pattern, minLength = 0, maxLength = 20, minimum = 0, maximum = 9, items = text } = schema
  switch (type) {
    case 'integer':
      return [minimum, minimum + 1, maximum]
    case 'number':
      return [minimum, (minimum + maximum) / 2, maximum]
    case 'string': {
      const texts = ['o1', 'a'.repeat(maxLength), 'x'.repeat(Math.max(minLength, 1)), "Größe '%2f; --"]
      return texts.filter((one) => one.length <= maxLength && (!pattern || new RegExp(pattern).test(one)))
    }
    case 'array':
      return [[], goodValues(items, samples)]
    case 'object':
      return goodObjects(schema, samples)
  }
}

/** The least, and each with one value varied; all of them with something that nobody asked for. */
function goodObjects({ properties = {}, required = [] }: Schema, samples: Samples): object[] {
  const values = Object.entries(properties).map(([name, schema]): [string, readonly unknown[]] => [
    name,
    samples[name] ?? goodValues(schema, samples),
  ])
  const least = Object.fromEntries(
    values.filter(([name]) => required.includes(name)).map(([name, [first]]) => [name, first]),
  )
  const varied = values.flatMap(([name, list]) => list.map((value) => ({ ...least, [name]: value })))
  return [least, ...varied].flatMap((one) => [one, { ...one, id: 'mine', extra: [{}] }])
}

const otherTypes: unknown[] = [null, true, 'x', 1.5, [1], { a: 1 }]

function badValues(schema: Schema): unknown[] {
  const { type, minLength = 0, maxLength, pattern, minimum, maximum, maxItems, items = text } = schema
  switch (type) {
    case 'integer':
    case 'number':
      return [
        ...otherTypes.filter((value) => type === 'integer' || typeof value !== 'number'),
        '1',
        ...(minimum === undefined ? [] : [minimum - 1]),
        ...(maximum === undefined ? [] : [maximum * 2 + 1]),
      ]
    case 'string':
      return [
        ...otherTypes.filter((value) => typeof value !== 'string'),
        ...(minLength > 0 ? [''] : []),
        ...(maxLength === undefined ? [] : ['a'.repeat(maxLength + 1)]),
        ...(pattern === undefined ? [] : ['!']),
      ]
    case 'array':
      return [
        ...otherTypes.filter((value) => !Array.isArray(value)),
        ...badValues(items).map((value) => [value]),
        ...(maxItems === undefined ? [] : [Array.from({ length: maxItems + 1 }, () => 'x')]),
      ]
    case 'object':
      return badObjects(schema)
  }
}

function badObjects({ properties = {}, required = [] }: Schema): unknown[] {
  const good = Object.fromEntries(
    Object.entries(properties).map(([name, schema]) => [name, goodValues(schema, {})[0]]),
  )
  return [
    ...otherTypes.filter((value) => typeof value !== 'object' || value === null || Array.isArray(value)),
    ...required.map((name) => ({ ...good, [name]: undefined })),
    ...Object.entries(properties).flatMap(([name, schema]) =>
      badValues(schema).map((value) => ({ ...good, [name]: value })),
    ),
  ]
}

/** What is no such value although everything in a URL and a header is text. */
function badTexts({ in: place, schema }: Parameter): string[] {
  const { type, minLength = 0, maxLength, pattern, minimum, maximum } = schema
  if (type === 'string') {
    return [
      // Without its name in it, a path is another path.
      ...(minLength > 0 && place !== 'path' ? [''] : []),
      ...(maxLength === undefined ? [] : ['a'.repeat(maxLength + 1)]),
      ...(pattern === undefined ? [] : ['!', 'a b', '../x']),
    ]
  }
  return [
    'x',
    '1.5',
    'null',
    '[]',
    ...(minimum === undefined ? [] : [String(minimum - 1)]),
    ...(maximum === undefined ? [] : [String(BigInt(maximum) * 2n + 1n)]),
  ]
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value))

const shown = (value: unknown): string => (JSON.stringify(value) ?? 'missing').slice(0, 60)
