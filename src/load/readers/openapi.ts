// An OpenAPI 3 description → a scenario: a request for each operation that its examples fill in, and for
// each link a chain whose second step uses what the first one's answer said.
//
//   links: {order: {operationId: getOrder, parameters: {id: $response.body#/id}}}
//     ─▶ steps: POST /orders  capture {id: body.id}  ─▶  GET /orders/{{id}}

import Type from 'typebox'
import { errors } from '../../errors.ts'
import { parseYamlFile } from '../../system/yaml-file.ts'
import type { Scenario, ScenarioRequest } from '../scenario.ts'
import { resolverOf } from './openapi-example.ts'
import { chainOf, linksOf } from './openapi-links.ts'
import { asRequest, operationsOf, stepOf, type Json } from './openapi-operation.ts'

const schema = Type.Object({
  openapi: Type.String(),
  servers: Type.Optional(Type.Array(Type.Object({ url: Type.String() }))),
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
  const server = document.servers?.[0]?.url ?? ''
  const baseUrl = /^https?:\/\//i.test(server) && URL.canParse(server) ? server.replace(/\/$/, '') : null
  return { baseUrl, scenario: { name: file, feeds: [], setup: [], requests }, notes: told }
}
