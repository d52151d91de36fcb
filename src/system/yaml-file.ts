// A YAML file that knows where each value stands: text → value checked against a schema, or a
// UserError with file:line:column, the reason and what was expected.

import type { Static, TSchema } from 'typebox'
import { Errors } from 'typebox/schema'
import { isMap, isScalar, LineCounter, parseDocument, type Document, type Node } from 'yaml'
import { errors, type Place } from '../errors.ts'
import { suggest } from './suggest.ts'
import { badAlias, valueOf } from './yaml-aliases.ts'

export type Path = readonly (string | number)[]

export interface YamlFile<T> {
  value: T
  /** Where the value at a path stands (its key, when `key`). */
  placeOf(path: Path, options?: { key?: boolean }): Place
}

/** What to do about any mistake in this kind of file, and about one in which nothing stands. */
interface YamlText {
  text: string
  file: string
  next: string
  nextIfEmpty?: string
}

/** Parses and validates. */
export function parseYamlFile<S extends TSchema>(
  { text, file, next, nextIfEmpty = next }: YamlText,
  schema: S,
): YamlFile<Static<S>> {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: true })
  const placeAt = (offset: number): Place => {
    const { line, col } = lines.linePos(offset)
    return { file, line: Math.max(line, 1), column: Math.max(col, 1) }
  }
  const placeOf: YamlFile<unknown>['placeOf'] = (path, options) =>
    placeAt(offsetOf(document, path, options?.key))

  const [broken] = document.errors
  if (broken) throw errors.fileInvalid(placeAt(broken.pos[0]), `this is not YAML: ${broken.message}.`, next)
  if (document.contents === null) throw errors.fileInvalid(placeAt(0), 'the file is empty.', nextIfEmpty)
  const read = badAlias(document) ?? valueOf(document)
  if ('reason' in read) throw errors.fileInvalid(placeAt(read.offset), `${read.reason}.`, next)
  const { value } = read
  const [, mistakes] = Errors(schema, value)
  const mistake = worst(mistakes as Mistake[])
  if (mistake) {
    const { path, key, reason } = describe(mistake, schema, value)
    throw errors.fileInvalid(placeOf(path, { key }), reason, next)
  }
  return { value: value as Static<S>, placeOf }
}

interface Mistake {
  keyword: string
  schemaPath: string
  instancePath: string
  params: { requiredProperties?: string[]; additionalProperties?: string[] }
  message: string
}

// One mistake at a time. An unknown key comes first: it is most often the misspelt one that is then
// missing. The branches of a union and the "schema is false" of a closed object say nothing by themselves.
function worst(mistakes: Mistake[]): Mistake | undefined {
  const telling = mistakes.filter(
    ({ keyword, schemaPath }) => keyword !== 'boolean' && !/\/anyOf\/\d/.test(schemaPath),
  )
  return telling.find(({ keyword }) => keyword === 'additionalProperties') ?? telling[0]
}

interface Description {
  path: Path
  /** Point at the key rather than at its value. */
  key: boolean
  reason: string
}

function describe(mistake: Mistake, schema: TSchema, value: unknown): Description {
  const path = pointerParts(mistake.instancePath)
  const name = path.length === 0 ? 'the file' : path.join('.')
  const shape = schemaAt(schema, mistake)
  switch (mistake.keyword) {
    case 'required': {
      const missing = (mistake.params.requiredProperties ?? []).join(', ')
      return { path, key: true, reason: `${name} needs ${missing}.` }
    }
    case 'additionalProperties': {
      const unknown = mistake.params.additionalProperties?.[0] ?? ''
      const full = [...path, unknown]
      return { path: full, key: true, reason: `${full.join('.')} ${unknownKey(unknown, shape)}` }
    }
    default: {
      const found = JSON.stringify(valueAt(value, path)) ?? 'nothing'
      return { path, key: false, reason: `${name} is ${found}; ${wanted(mistake, shape)}.` }
    }
  }
}

function unknownKey(key: string, shape: Shape): string {
  if (shape.properties === undefined) return 'is not a name that can be used.'
  const known = Object.keys(shape.properties)
  const hint = suggest(key, known)
  return `is not known here. ${hint === undefined ? `Known: ${known.join(', ')}.` : `Did you mean ${hint}?`}`
}

// A pattern or a union says little by itself; there the schema's own description helps more.
function wanted(mistake: Mistake, shape: Shape): string {
  if (shape.const !== undefined) return `expected: ${JSON.stringify(shape.const)}`
  const isOpaque = mistake.keyword === 'pattern' || mistake.keyword === 'anyOf'
  if (isOpaque && shape.description !== undefined) return `expected: ${shape.description}`
  return mistake.message.replace(/^must /, 'it must ')
}

interface Shape {
  description?: string
  const?: unknown
  properties?: Record<string, unknown>
}

const schemaAt = (schema: TSchema, mistake: Mistake): Shape =>
  pointerParts(mistake.schemaPath).reduce<Shape>(
    (inner, key) => (inner as Record<string, Shape | undefined>)[key] ?? {},
    schema as Shape,
  )

const pointerParts = (pointer: string): string[] => pointer.split('/').slice(1).map(unescapePointer)

const unescapePointer = (part: string): string => part.replaceAll('~1', '/').replaceAll('~0', '~')

const valueAt = (value: unknown, path: Path): unknown =>
  path.reduce<unknown>((inner, key) => (inner as Record<string | number, unknown> | undefined)?.[key], value)

// The nearest thing that stands in the file: a path into something absent points at what holds it.
function offsetOf(document: Document, path: Path, key = false): number {
  for (let length = path.length; length > 0; length--) {
    const parent: unknown = length === 1 ? document.contents : document.getIn(path.slice(0, length - 1), true)
    const last = path[length - 1]
    if (isMap(parent)) {
      const pair = parent.items.find((item) => isScalar(item.key) && String(item.key.value) === String(last))
      const node = (key || pair?.value == null ? pair?.key : pair.value) as Node | undefined
      if (node?.range) return node.range[0]
    } else {
      const node = document.getIn(path.slice(0, length), true) as Node | undefined
      if (node?.range) return node.range[0]
    }
  }
  return document.contents?.range?.[0] ?? 0
}
