// A load scenario: what arrivals ask for, as a file says it. Reading it needs no target.
//
//   setup:     once, in order, before the first arrival; captures become variables
//   requests:  one per arrival, chosen by weight

import { isMap, isScalar, isSeq, LineCounter, type Node, parseDocument, type YAMLMap } from 'yaml'
import { errors, type Place } from '../errors.ts'
import { gaps, namesIn } from './template.ts'
import type { RequestSource } from './request.ts'

export interface Scenario {
  name: string
  setup: SetupStep[]
  requests: ScenarioRequest[]
}

export interface ScenarioRequest extends RequestSource {
  weight: number
  place: Place
}

export interface SetupStep extends RequestSource {
  /** Variable → path into the answer, `body.id` or `body.items.0.id`. */
  capture: Readonly<Record<string, string>>
  place: Place
}

const shapes = {
  scenario: 'apiVersion: msvc/v1, kind: Scenario, name, optional setup, requests',
  step: '{name, method, path, headers?, body?, expect?, capture?: {variable: body.path}}',
  request: '{name, weight?, method, path, headers?, body?, expect?}',
} as const

const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']

/** Reads a scenario. Throws `file-invalid` with file:line:column and the expected shape. */
export function parseScenario(text: string, file: string): Scenario {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines })
  const placeAt = (offset: number): Place => {
    const { line, col } = lines.linePos(offset)
    return { file, line: Math.max(1, line), column: Math.max(1, col) }
  }
  const reader: Reader = {
    placeOf: (node) => placeAt(node?.range?.[0] ?? 0),
    fail: (node, reason, expected) => {
      throw errors.fileInvalid(placeAt(node?.range?.[0] ?? 0), `${reason}.`, `Expected ${expected}.`)
    },
  }
  const [problem] = document.errors
  if (problem !== undefined) {
    throw errors.fileInvalid(placeAt(problem.pos[0]), problem.message.split('\n')[0]!, 'Expected YAML.')
  }
  return readScenario(reader, document.contents)
}

interface Reader {
  placeOf(node: Node | null): Place
  fail(node: Node | null, reason: string, expected: string): never
}

type Fields = Map<string, Node>

function readScenario(reader: Reader, node: Node | null): Scenario {
  const keys = ['apiVersion', 'kind', 'name', 'setup', 'requests']
  const fields = readMap(reader, node, { what: 'a scenario', keys, shape: shapes.scenario })
  const fixed = (key: string, value: string): void => {
    const found = fields.get(key) ?? null
    if (!isScalar(found) || found.value !== value)
      reader.fail(found ?? node, `${key} is not ${value}`, `${key}: ${value}`)
  }
  fixed('apiVersion', 'msvc/v1')
  fixed('kind', 'Scenario')
  const known = new Set<string>()
  const setup = readList(reader, fields.get('setup') ?? null, 'setup').map((item) =>
    readStep(reader, item, known),
  )
  const listed = fields.get('requests') ?? null
  const requests = readList(reader, listed, 'requests').map((item) => readRequest(reader, item, known))
  if (requests.length === 0)
    reader.fail(listed ?? node, 'there are no requests', `requests: [${shapes.request}]`)
  return { name: readText(reader, fields.get('name') ?? null, { in: node, key: 'name' }), setup, requests }
}

function readStep(reader: Reader, node: Node, known: Set<string>): SetupStep {
  const keys = ['name', 'method', 'path', 'headers', 'body', 'expect', 'capture']
  const fields = readMap(reader, node, { what: 'a setup step', keys, shape: shapes.step })
  const source = readSource(reader, node, fields)
  checkVariables(reader, fields, new Set([...known, 'uuid']))
  const capture: Record<string, string> = {}
  const captures = fields.get('capture')
  if (captures !== undefined) {
    for (const [name, value] of readMap(reader, captures, {
      what: 'capture',
      keys: null,
      shape: '{variable: body.path}',
    })) {
      const path = readText(reader, value, { in: captures, key: name })
      if (!/^body(\.[^.\s]+)*$/.test(path))
        reader.fail(value, `${path} is not a path into the answer`, 'body.name or body.list.0.name')
      if (!/^[A-Za-z_]\w*$/.test(name))
        reader.fail(captures, `${name} cannot be a variable`, 'letters, digits and _')
      if (gaps.some((gap) => gap === name))
        reader.fail(captures, `${name} is a variable of msvc`, 'another name')
      capture[name] = path
      known.add(name)
    }
  }
  return { ...source, capture, place: reader.placeOf(node) }
}

function readRequest(reader: Reader, node: Node, known: ReadonlySet<string>): ScenarioRequest {
  const keys = ['name', 'weight', 'method', 'path', 'headers', 'body', 'expect']
  const fields = readMap(reader, node, { what: 'a request', keys, shape: shapes.request })
  const source = readSource(reader, node, fields)
  checkVariables(reader, fields, new Set([...known, ...gaps]))
  const weightNode = fields.get('weight')
  const weight = weightNode === undefined ? 1 : isScalar(weightNode) ? weightNode.value : null
  if (typeof weight !== 'number' || !Number.isInteger(weight) || weight < 1 || weight > 1000) {
    return reader.fail(weightNode ?? node, 'the weight is not a whole number from 1 to 1000', 'weight: 20')
  }
  return { ...source, weight, place: reader.placeOf(node) }
}

function readSource(reader: Reader, node: Node, fields: Fields): RequestSource {
  const method = fields.has('method')
    ? readText(reader, fields.get('method')!, { in: node, key: 'method' })
    : 'GET'
  if (!methods.includes(method))
    reader.fail(fields.get('method')!, `${method} is not a method`, methods.join(', '))
  const path = readText(reader, fields.get('path') ?? null, { in: node, key: 'path' })
  if (!path.startsWith('/'))
    reader.fail(fields.get('path')!, `the path ${path} does not begin with /`, 'path: /orders')
  const headers: Record<string, string> = {}
  const given = fields.get('headers')
  if (given !== undefined) {
    for (const [name, value] of readMap(reader, given, {
      what: 'headers',
      keys: null,
      shape: '{name: value}',
    })) {
      headers[name] = readText(reader, value, { in: given, key: name })
    }
  }
  const name = readText(reader, fields.get('name') ?? null, { in: node, key: 'name' })
  const body: unknown = fields.get('body')?.toJSON() ?? null
  return { name, method, path, headers, body, expect: readExpect(reader, fields.get('expect')) }
}

function readExpect(reader: Reader, node: Node | undefined): number[] | null {
  if (node === undefined) return null
  const found: unknown = node.toJSON()
  const statuses = Array.isArray(found) ? found : [found]
  const isStatus = (value: unknown): value is number =>
    Number.isInteger(value) && Number(value) >= 200 && Number(value) <= 599
  if (statuses.length === 0 || !statuses.every(isStatus))
    reader.fail(node, 'expect is not a status', 'expect: 201 or expect: [200, 202]')
  return statuses as number[]
}

function checkVariables(reader: Reader, fields: Fields, known: ReadonlySet<string>): void {
  for (const key of ['path', 'headers', 'body']) {
    const node = fields.get(key)
    if (node === undefined) continue
    const unknown = namesIn(JSON.stringify(node.toJSON())).find((name) => !known.has(name))
    if (unknown !== undefined) {
      reader.fail(
        node,
        `{{${unknown}}} is not known here`,
        `one of ${[...known].map((name) => `{{${name}}}`).join(', ')}`,
      )
    }
  }
}

function readMap(
  reader: Reader,
  node: Node | null,
  about: { what: string; keys: readonly string[] | null; shape: string },
): Fields {
  if (!isMap(node)) return reader.fail(node, `${about.what} is not a mapping`, about.shape)
  const fields: Fields = new Map()
  for (const { key, value } of (node as YAMLMap<Node, Node | null>).items) {
    if (!isScalar(key)) return reader.fail(key, 'a key is not a text', about.shape)
    const name = String(key.value)
    if (about.keys !== null && !about.keys.includes(name)) {
      reader.fail(key, `${about.what} has no field ${name}`, about.shape)
    }
    if (value !== null) fields.set(name, value)
  }
  return fields
}

function readList(reader: Reader, node: Node | null, what: string): Node[] {
  if (node === null) return []
  if (!isSeq(node))
    return reader.fail(
      node,
      `${what} is not a list`,
      what === 'setup' ? `[${shapes.step}]` : `[${shapes.request}]`,
    )
  return node.items as Node[]
}

function readText(reader: Reader, node: Node | null, where: { in: Node | null; key: string }): string {
  if (node === null) return reader.fail(where.in, `${where.key} is missing`, `${where.key}: <text>`)
  if (!isScalar(node) || !['string', 'number'].includes(typeof node.value)) {
    return reader.fail(node, `${where.key} is not a text`, `${where.key}: <text>`)
  }
  return String(node.value)
}
