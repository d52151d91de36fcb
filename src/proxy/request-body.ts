// The body of a request, read as Go's encoding/json reads it into a struct: what is not there or null is
// undefined, and what has another type is refused in Go's words.

import { decodeFirst, describeJson, field, isObject } from './go-json.ts'
import { refusals } from './refusal.ts'

/** @throws Refusal when the text begins with no JSON value */
export function decodeBody(text: string): unknown {
  const decoded = decodeFirst(text)
  if (decoded.kind === 'error') throw refusals.badBody(decoded.message)
  return decoded.value
}

/**
 * null is an empty object to Go.
 * @param type the struct's name in Go, for the refusal
 */
export function bodyObject(body: unknown, type: string): Record<string, unknown> {
  if (body === null) return {}
  if (isObject(body)) return body
  throw refusals.badBody(`json: cannot unmarshal ${describeJson(body)} into Go value of type ${type}`)
}

export const stringField = (given: Record<string, unknown>, name: string): string | undefined =>
  typedField<string>(given, name, 'string')
export const numberField = (given: Record<string, unknown>, name: string): number | undefined =>
  typedField<number>(given, name, 'number')
export const booleanField = (given: Record<string, unknown>, name: string): boolean | undefined =>
  typedField<boolean>(given, name, 'boolean')

function typedField<T>(given: Record<string, unknown>, name: string, type: string): T | undefined {
  const value = field(given, name)
  if (value === undefined || value === null) return undefined
  if (typeof value === type && (type !== 'number' || Number.isFinite(value))) return value as T
  const goType = { string: 'string', number: 'float32', boolean: 'bool' }[type]
  throw refusals.badBody(
    `json: cannot unmarshal ${describeJson(value)} into Go struct field .${name} of type ${goType}`,
  )
}
