// Adds a service to the text of a msvc.yaml and leaves every other byte alone: comments, alignment,
// order and line ends are the user's.
//
// The document API of yaml tells where the last service ends and how its siblings are written; printing
// the document back would drop alignment. Where the file is written in a way that has no line to add
// (services as one flow map), the document is printed after all.

import { isMap, isScalar, parseDocument, type Pair, type Scalar, type YAMLMap } from 'yaml'

export interface ServiceEntry {
  name: string
  path: string
  port?: number
  dependsOn: readonly string[]
  follows: readonly string[]
}

/** `text` must be a valid system file (system/parse-system.ts) without a service of that name. */
export function addServiceToFile(text: string, entry: ServiceEntry): string {
  const document = parseDocument(text, { uniqueKeys: true })
  const services: unknown = document.get('services', true)
  if (isMap(services) && !services.flow) {
    const edited = insertLines(text, services, entry)
    if (isSame(edited, text, entry)) return edited
  }
  document.setIn(['services', entry.name], document.createNode(valueOf(entry), { flow: true }))
  return document.toString({ lineWidth: 0, flowCollectionPadding: /\{ /.test(text) })
}

/** The entry as it stands in the file: empty lists and an absent port are left out. */
function valueOf({ path, port, dependsOn, follows }: ServiceEntry) {
  return {
    path,
    ...(port !== undefined && { port }),
    ...(dependsOn.length > 0 && { dependsOn }),
    ...(follows.length > 0 && { follows }),
  }
}

function insertLines(text: string, services: YAMLMap, entry: ServiceEntry): string {
  const siblings = services.items.filter(hasPlace)
  const last = siblings.at(-1)
  if (last === undefined) return text
  const eol = text.includes('\r\n') ? '\r\n' : '\n'
  const indent = columnOf(text, last.key.range[0])
  const lines =
    isMap(last.value) && last.value.flow ? [flowLine(text, siblings, entry)] : blockLines(text, last, entry)
  const end = endOfLine(text, contentEnd(text, last.value.range[1]))
  const before = text.slice(0, end)
  const added = lines.map((line) => `${' '.repeat(indent)}${line}${eol}`).join('')
  return `${before}${before.endsWith('\n') ? '' : eol}${added}${text.slice(end)}`
}

type Placed = Pair<Scalar, YAMLMap> & { key: Scalar & { range: Range }; value: YAMLMap & { range: Range } }
type Range = [number, number, number]

const hasPlace = (pair: Pair): pair is Placed =>
  isScalar(pair.key) && isMap(pair.value) && pair.key.range != null && pair.value.range != null

// `refunds:   {path: services/refunds, port: 4004}`: braces, padding and alignment as the siblings have them.
function flowLine(text: string, siblings: Placed[], entry: ServiceEntry): string {
  const padding = text.slice(siblings.at(-1)!.value.range[0]).startsWith('{ ') ? ' ' : ''
  const columns = new Set(siblings.map(({ key, value }) => value.range[0] - key.range[0]))
  const [column] = columns
  const width = columns.size === 1 && siblings.length > 1 && column !== undefined ? column : 0
  const parts = Object.entries(valueOf(entry)).map(([key, value]) => `${key}: ${inline(value)}`)
  return `${`${entry.name}: `.padEnd(width)}{${padding}${parts.join(', ')}${padding}}`
}

function blockLines(text: string, sibling: Placed, entry: ServiceEntry): string[] {
  const step = columnOf(text, sibling.value.range[0]) - columnOf(text, sibling.key.range[0])
  const parts = Object.entries(valueOf(entry)).map(
    ([key, value]) => `${' '.repeat(Math.max(1, step))}${key}: ${inline(value)}`,
  )
  return [`${entry.name}:`, ...parts]
}

// Names and paths of ours are plain scalars in YAML, by the rule for names.
const inline = (value: string | number | readonly string[]): string =>
  typeof value === 'object' ? `[${value.join(', ')}]` : String(value)

const columnOf = (text: string, offset: number): number => offset - (text.lastIndexOf('\n', offset - 1) + 1)

// The range of a block map reaches into the blank lines after it.
const contentEnd = (text: string, end: number): number => text.slice(0, end).trimEnd().length

function endOfLine(text: string, offset: number): number {
  const newline = text.indexOf('\n', offset)
  return newline === -1 ? text.length : newline + 1
}

/** The proof of an edit: parsed, it is the old file with exactly this service added. */
function isSame(edited: string, text: string, entry: ServiceEntry): boolean {
  const document = parseDocument(edited, { uniqueKeys: true })
  if (document.errors.length > 0) return false
  const expected = parseDocument(text).toJS() as { services: Record<string, unknown> }
  expected.services[entry.name] = valueOf(entry)
  return JSON.stringify(document.toJS()) === JSON.stringify(expected)
}
