// `{{name}}` in paths, headers and bodies: what is known before the run is filled in once, what each
// arrival has for itself (`{{uuid}}`, `{{arrival}}`, rows of feeds, captures of earlier steps) stays as a gap
// between ready-made bytes. A value can never break out of its place: each gap knows where it stands.

/** What each arrival has for itself; `{{uuid}}` is the same everywhere in one request. */
export type ArrivalValues = Variables

/** Where a value stands decides how it is written. `json` is within a text, `json-value` is all of one. */
export type Context = 'path' | 'path-start' | 'header' | 'json' | 'json-value' | 'text'

export interface Gap {
  name: string
  as: Context
}

/** The values that every arrival has. */
export const ownValues = ['uuid', 'arrival'] as const

export type Variables = Readonly<Record<string, string | number | boolean>>

/** A column is called as the header line of its file says: `users.first name`. */
const placeholder = /\{\{\s*([A-Za-z_][A-Za-z0-9_]*(?:\.[^{}\s](?:[^{}]*[^{}\s])?)?)\s*\}\}/g

export const namesIn = (text: string): string[] => [...text.matchAll(placeholder)].map(([, name]) => name!)

/** What stands between braces, whether a variable could be called so or not. */
export const bracedIn = (text: string): string[] =>
  [...text.matchAll(/\{\{([^{}]*)\}\}/g)].map(([, between]) => between!.trim())

/** Fills in the variables; gaps and unknown names stay as they are. */
export const fill = (text: string, variables: Variables): string =>
  text.replace(placeholder, (whole, name: string) =>
    Object.hasOwn(variables, name) ? String(variables[name]) : whole,
  )

/** The same through a JSON value. A text that is one variable and nothing else becomes that variable's value. */
export function fillJson(value: unknown, variables: Variables): unknown {
  if (typeof value === 'string') {
    const [only] = namesIn(value)
    const isWhole =
      only !== undefined && value.trim().replace(placeholder, '') === '' && namesIn(value).length === 1
    return isWhole && Object.hasOwn(variables, only) ? variables[only] : fill(value, variables)
  }
  if (Array.isArray(value)) return value.map((item) => fillJson(item, variables))
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, fillJson(item, variables)]))
  }
  return value
}

/** Literal text and gaps in turn; only the `known` names are gaps. */
export function splitAtGaps(text: string, as: Context, known: ReadonlySet<string>): (string | Gap)[] {
  const parts: (string | Gap)[] = []
  let from = 0
  for (const match of text.matchAll(placeholder)) {
    const name = match[1]!
    if (!known.has(name)) continue
    const end = match.index + match[0].length
    const around = as === 'json' && isWholeText(text, match.index, end) ? 1 : 0
    if (match.index - around > from) parts.push(text.slice(from, match.index - around))
    parts.push({ name, as: around === 1 ? 'json-value' : as })
    from = end + around
  }
  if (from < text.length) parts.push(text.slice(from))
  return parts
}

/** In a JSON value: whether nothing else is in its text, which is no key. */
function isWholeText(json: string, from: number, to: number): boolean {
  const isAlone = json[from - 1] === '"' && json[from - 2] !== '\\' && json[to] === '"'
  return isAlone && json[to + 1] !== ':'
}

/** The value as it may stand there. */
export function valueIn({ name, as }: Gap, values: ArrivalValues): string {
  const known = values[name] ?? ''
  // A lone half of a surrogate pair cannot be written at all.
  const value = typeof known === 'string' ? known.toWellFormed() : String(known)
  switch (as) {
    case 'path':
      return value.replace(/[^\x21-\x7e]+/g, encodeURIComponent)
    case 'path-start':
      // A Location may be a whole URL; the target stays the target.
      return `/${value.replace(/^[a-z]+:\/\/[^/]*/i, '').replace(/^\/+/, '')}`.replace(
        /[^\x21-\x7e]+/g,
        encodeURIComponent,
      )
    case 'header':
      return value.replace(/[^\t\x20-\x7e]+/g, encodeURIComponent)
    case 'json':
      return isPlain.test(value) ? value : JSON.stringify(value).slice(1, -1)
    case 'json-value':
      if (typeof known !== 'string') return value
      return isPlain.test(value) ? `"${value}"` : JSON.stringify(value)
    case 'text':
      return value
  }
}

const isPlain = /^[\w.:@/ -]*$/
