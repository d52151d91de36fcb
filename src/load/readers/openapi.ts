// An OpenAPI 3 description → a scenario: a request for each operation that its examples fill in, and for
// each link a chain whose second step uses what the first one's answer said.
//
//   links: {order: {operationId: getOrder, parameters: {id: $response.body#/id}}}
//     ─▶ steps: POST /orders  capture {id: body.id}  ─▶  GET /orders/{{id}}

import Type, { type Static } from 'typebox'
import { errors } from '../../errors.ts'
import { parseYamlFile } from '../../system/yaml-file.ts'
import type { Scenario, ScenarioRequest } from '../scenario.ts'
import { isObject, type Resolve, resolverOf } from './openapi-example.ts'
import { chainOf, linksOf } from './openapi-links.ts'
import { asRequest, operationsOf, stepOf, type Json } from './openapi-operation.ts'

const schema = Type.Object({
  openapi: Type.String(),
  servers: Type.Optional(
    Type.Array(
      Type.Object({
        url: Type.String(),
        variables: Type.Optional(Type.Record(Type.String(), Type.Object({ default: Type.String() }))),
      }),
    ),
  ),
  paths: Type.Record(Type.String(), Type.Unknown()),
})

const next = 'Mend the file, or write a scenario (docs/load.md).'

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
  const server = serverOf(document.servers?.[0])
  const isWhole = /^https?:\/\//i.test(server) && URL.canParse(server)
  return {
    baseUrl: isWhole ? server : null,
    // A server without a host says where below any host the paths begin.
    scenario: { name: file, feeds: [], setup: [], requests: requests.map(below(isWhole ? '' : server)) },
    notes: [...told, ...securityNotes(document, resolve)],
  }
}

/** With the defaults of its variables, and without a slash at its end. */
function serverOf(server: NonNullable<Static<typeof schema>['servers']>[number] | undefined): string {
  const { url = '', variables = {} } = server ?? {}
  const filled = url.replaceAll(/\{([^}]+)\}/g, (whole, name: string) => variables[name]?.default ?? whole)
  return filled.replace(/\/$/, '')
}

const below =
  (server: string) =>
  (request: ScenarioRequest): ScenarioRequest =>
    /^\/[\x21-\x7e]*$/.test(server) && !server.startsWith('//')
      ? { ...request, steps: request.steps.map((step) => ({ ...step, path: server + step.path })) }
      : request

/** No key of anybody stands in a description: without one, each answer may be a 401. */
function securityNotes(document: Json, resolve: Resolve): string[] {
  const components = isObject(document['components']) ? document['components'] : {}
  const schemes = isObject(components['securitySchemes']) ? components['securitySchemes'] : {}
  const asked = [document, ...operationsIn(document, resolve)]
    .flatMap(({ security }) => (Array.isArray(security) ? security : []))
    .flatMap((one: unknown) => (isObject(one) ? Object.keys(one) : []))
  return [...new Set(asked)].map((name) => {
    const scheme = resolve(schemes[name])
    const { type = 'security', in: where, name: called } = isObject(scheme) ? scheme : {}
    const isKey = type === 'apiKey' && typeof called === 'string'
    if (isKey && where !== 'header')
      return `${name} is asked for as the ${String(where)} parameter ${called}, which msvc does not send`
    if (type === 'mutualTLS') return `${name} (mutualTLS) is asked for, which msvc does not do`
    return `${name} (${String(type)}) is asked for: -H '${isKey ? called : 'authorization'}: …' sends it`
  })
}

const operationsIn = (document: Json, resolve: Resolve): Json[] =>
  Object.values(isObject(document['paths']) ? document['paths'] : {})
    .map(resolve)
    .filter(isObject)
    .flatMap((item) => Object.values(item).filter(isObject))
