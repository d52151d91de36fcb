// JSON as Go's encoding/json reads and writes it, because clients of Toxiproxy have seen nothing else.

type JsonObject = Record<string, unknown>

export type Decoded = { kind: 'value'; value: unknown } | { kind: 'error'; message: string }

/** The first JSON value of the text; what follows it is ignored. */
export function decodeFirst(text: string): Decoded {
  const start = text.search(/[^ \t\r\n]/)
  if (start < 0) return { kind: 'error', message: 'EOF' }
  const end = endOfValue(text, start)
  if (end === undefined) return { kind: 'error', message: 'unexpected EOF' }
  try {
    return { kind: 'value', value: JSON.parse(text.slice(start, end)) }
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    return { kind: 'error', message: `invalid character in ${quoted(text.slice(start, end))}` }
  }
}

const quoted = (text: string): string => JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}…` : text)

/** Where the value that begins at `start` ends, by brackets and quotes; undefined when it never does. */
function endOfValue(text: string, start: number): number | undefined {
  let depth = 0
  let isInString = false
  for (let i = start; i < text.length; i++) {
    const character = text[i]!
    if (isInString) {
      if (character === '\\') i++
      else if (character === '"') isInString = false
      if (isInString || depth > 0) continue
      return i + 1
    }
    if (character === '"') isInString = true
    else if (character === '{' || character === '[') depth++
    else if (character === '}' || character === ']') depth--
    else if (depth === 0 && endsToken.has(text[i + 1] ?? ' ')) return i + 1
    if (depth <= 0 && (character === '}' || character === ']')) return i + 1
  }
  return undefined
}

const endsToken = new Set([' ', '\t', '\r', '\n', ',', '{', '[', '"', '}', ']'])

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** A field by its name in any case; the last one that is there counts. */
export function field(object: JsonObject, name: string): unknown {
  let found: unknown
  for (const [key, value] of Object.entries(object))
    if (key.toLowerCase() === name.toLowerCase()) found = value
  return found
}

/** How Go names a value that does not fit. */
export function describeJson(value: unknown): string {
  if (Array.isArray(value)) return 'array'
  if (typeof value === 'number') return `number ${value}`
  return typeof value === 'boolean' ? 'bool' : typeof value
}

/** Go escapes what could hurt in HTML. */
export const encode = (value: unknown): string =>
  JSON.stringify(value).replace(
    /[<>&\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )

/** An object with these keys in this order, numbers and `__proto__` among them. */
export const encodeObject = (entries: readonly (readonly [string, string])[]): string =>
  `{${entries.map(([key, json]) => `${encode(key)}:${json}`).join(',')}}`

/** The number as a float32 prints: the shortest text that gives it back. */
export function float32(value: number): number {
  const exact = Math.fround(value)
  for (let digits = 1; digits < 9; digits++) {
    const short = Number(exact.toPrecision(digits))
    if (Math.fround(short) === exact) return short
  }
  return exact
}
