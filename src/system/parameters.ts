// Parameters of a fault: one table per fault, from which its flags, its reading and checking, its docs and
// its part of the experiment file come. Values are numbers in the base unit (milliseconds, bytes, …), texts or flags.

import { errors } from '../errors.ts'
import { formatDuration, parseDuration } from './duration.ts'
import { formatBytes, parseBytes } from './size.ts'
import { suggest } from './suggest.ts'

export type ParameterValue = number | string | boolean
export type ParameterValues = Readonly<Record<string, ParameterValue>>

export interface Parameter {
  /** The same word as a flag (`--latency`) and as a key in JSON and YAML. */
  name: string
  /** `time` in milliseconds, `bytes`, `rate` in bytes a second, `percent` from 0 to 100. */
  unit: 'time' | 'bytes' | 'rate' | 'percent' | 'count' | 'text' | 'flag' | 'choice'
  /** Bounds of a number, both allowed. */
  min?: number
  max?: number
  /** Of a `choice`. */
  choices?: readonly string[]
  /** Absent: it has to be given. */
  default?: ParameterValue
  /** One sentence without a full stop. */
  help: string
}

/**
 * All values, defaults filled in.
 * @param given numbers in the base unit, or texts as typed: `90ms`, `10KB`, `30%`
 * @param written how a parameter is called where the user wrote it: `--latency`
 * @throws UserError bad-value, needs-answer or unknown-parameter
 */
export function readParameters(
  { kind, params }: { kind: string; params: readonly Parameter[] },
  given: Readonly<Record<string, unknown>>,
  written: (name: string) => string = (name) => name,
): ParameterValues {
  const known = params.map(({ name }) => name)
  for (const name of Object.keys(given)) {
    if (!known.includes(name)) throw errors.unknownParameter(kind, name, known, suggest(name, known))
  }
  return Object.fromEntries(
    params.map((parameter) => {
      const value = given[parameter.name] ?? parameter.default
      if (value === undefined) {
        throw errors.needsParameter(kind, written(parameter.name), describeParameter(parameter))
      }
      return [parameter.name, readParameter(parameter, value, written(parameter.name))]
    }),
  )
}

/** @param what how it is called in the error */
export function readParameter(parameter: Parameter, given: unknown, what: string): ParameterValue {
  const value = typeof given === 'string' ? fromText(parameter, given, what) : given
  if (!fits(parameter, value)) throw errors.badValue(what, textOf(given), describeParameter(parameter))
  return value
}

/** What a value may be: "a time from 1ms to 1m", "refuse or blackhole". */
export function describeParameter({ unit, min, max, choices = [] }: Parameter): string {
  if (unit === 'choice') return choices.join(' or ')
  if (unit === 'flag') return 'true or false'
  if (unit === 'text') return max === undefined ? 'a text' : `a text of up to ${max} characters`
  const show = (value: number): string => showNumber(unit, value)
  const least = min === undefined ? '' : ` from ${show(min)}`
  const most = max === undefined ? '' : `${min === undefined ? ' up' : ''} to ${show(max)}`
  return `${nouns[unit]}${least}${most}`
}

/** As a user would type it. */
export function formatParameter({ unit }: Parameter, value: ParameterValue): string {
  return typeof value === 'number' && unit !== 'text' ? showNumber(unit, value) : String(value)
}

const nouns = {
  time: 'a time',
  bytes: 'a size',
  rate: 'a size a second',
  percent: 'a percentage',
  count: 'a whole number',
}

function showNumber(unit: Parameter['unit'], value: number): string {
  switch (unit) {
    case 'time':
      return formatDuration(value)
    case 'bytes':
      return formatBytes(value)
    case 'rate':
      return `${formatBytes(value)}/s`
    case 'percent':
      return `${value}%`
    default:
      return String(value)
  }
}

/** What cannot be read stays a text, and does not fit. */
function fromText({ unit }: Parameter, text: string, what: string): unknown {
  switch (unit) {
    case 'time':
      return parseDuration(text, what)
    case 'bytes':
      return parseBytes(text)
    case 'rate':
      return parseBytes(text.trim().replace(/\/s$/, ''))
    case 'percent':
      return /^\s*\d+(\.\d+)?\s*%?\s*$/.test(text) ? Number(text.replace('%', '')) : text
    case 'count':
      return /^\s*\d+\s*$/.test(text) ? Number(text) : text
    default:
      return text
  }
}

function fits({ unit, min, max, choices }: Parameter, value: unknown): value is ParameterValue {
  switch (unit) {
    case 'flag':
      return typeof value === 'boolean'
    case 'text':
      return typeof value === 'string' && value.length <= (max ?? Infinity)
    case 'choice':
      return typeof value === 'string' && (choices ?? []).includes(value)
    default: {
      if (typeof value !== 'number' || !Number.isFinite(value)) return false
      const isWhole = unit === 'time' || unit === 'percent' || Number.isInteger(value)
      return isWhole && value >= (min ?? -Infinity) && value <= (max ?? Infinity)
    }
  }
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value))
