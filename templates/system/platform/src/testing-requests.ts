// For tests only: from what a service tells in /openapi.json, requests that are as declared, and requests
// that are not, each with the status that it must be answered with.

import type { TSchema } from 'typebox'
import {
  badTexts,
  badValues,
  goodValues,
  type Parameter,
  type Samples,
  type Schema,
} from './testing-values.ts'

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

const textOf = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value))

const shown = (value: unknown): string => (JSON.stringify(value) ?? 'missing').slice(0, 60)
