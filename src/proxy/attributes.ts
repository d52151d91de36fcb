// The attributes of a toxic: read as Toxiproxy reads them, bounded so that none can hurt.

import { describeJson, field, isObject } from './go-json.ts'

export interface AttributeSpec {
  name: string
  kind: 'integer' | 'number' | 'text' | 'flag'
  /** Said when none is given, as Toxiproxy's zero values are. */
  zero: AttributeValue
  /** Bounds of a number, both allowed. */
  min?: number
  max?: number
}

export type AttributeValue = number | string | boolean
export type Attributes = Readonly<Record<string, AttributeValue>>

/** Longest time and largest count that a toxic takes: 2^31 - 1 (in milliseconds: 24 days). */
const largest = 2 ** 31 - 1

export const milliseconds = (name: string): AttributeSpec => count(name)
export const count = (name: string, zero = 0, min = 0): AttributeSpec => ({
  name,
  kind: 'integer',
  zero,
  min,
  max: largest,
})
export const fraction = (name: string, zero: number, max = 1): AttributeSpec => ({
  name,
  kind: 'number',
  zero,
  min: 0,
  max,
})
export const flag = (name: string): AttributeSpec => ({ name, kind: 'flag', zero: false })
export const text = (name: string): AttributeSpec => ({ name, kind: 'text', zero: '' })

export const zeroAttributes = (specs: readonly AttributeSpec[]): Attributes =>
  Object.fromEntries(specs.map(({ name, zero }) => [name, zero]))

export const numberOf = (attributes: Attributes, name: string): number => Number(attributes[name])
export const textOf = (attributes: Attributes, name: string): string => String(attributes[name])

/**
 * `base` with what was given: key names in any case, unknown ones ignored, null leaves what is there.
 * A string tells why the attributes cannot be taken.
 */
export function mergeAttributes(
  specs: readonly AttributeSpec[],
  base: Attributes,
  given: unknown,
): Attributes | string {
  if (given === undefined || given === null) return base
  if (!isObject(given)) {
    return `json: cannot unmarshal ${describeJson(given)} into Go struct field .attributes of type object`
  }
  const merged: Record<string, AttributeValue> = { ...base }
  for (const { name, kind } of specs) {
    const value = field(given, name)
    if (value === undefined || value === null) continue
    if (!fits[kind](value)) {
      return `json: cannot unmarshal ${describeJson(value)} into Go struct field .attributes.${name} of type ${goTypes[kind]}`
    }
    merged[name] = value as AttributeValue
  }
  return merged
}

/** Why a value is out of its bounds; undefined when none is. */
export function outOfBounds(specs: readonly AttributeSpec[], attributes: Attributes): string | undefined {
  for (const { name, kind, min, max } of specs) {
    const value = attributes[name]!
    if (kind === 'text' && String(value).length > longestText) return `${name} is too long`
    if (min !== undefined && Number(value) < min) return `${name} must be at least ${min}`
    if (max !== undefined && Number(value) > max) return `${name} must be at most ${max}`
  }
  return undefined
}

/** What a stage gets: within the bounds, whatever was accepted. */
export const clamped = (specs: readonly AttributeSpec[], attributes: Attributes): Attributes =>
  Object.fromEntries(
    specs.map(({ name, kind, min = 0, max = largest }) => [
      name,
      kind === 'text' || kind === 'flag'
        ? attributes[name]!
        : Math.min(max, Math.max(min, Number(attributes[name]))),
    ]),
  )

const longestText = 64 * 1024
const goTypes = { integer: 'int64', number: 'float64', text: 'string', flag: 'bool' }

const fits: Record<AttributeSpec['kind'], (value: unknown) => boolean> = {
  integer: (value) => Number.isInteger(value) && Math.abs(Number(value)) < 2 ** 63,
  number: (value) => Number.isFinite(value),
  text: (value) => typeof value === 'string',
  flag: (value) => typeof value === 'boolean',
}
