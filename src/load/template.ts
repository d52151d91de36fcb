// `{{name}}` in paths, headers and bodies: what is known before the run is filled in once, what each
// arrival has for itself (`{{uuid}}`, `{{arrival}}`) stays as a gap between ready-made bytes.

/** What each arrival has for itself; `{{uuid}}` is the same everywhere in one request. */
export interface ArrivalValues {
  uuid: string
  arrival: string
}

export type Gap = keyof ArrivalValues
export const gaps: readonly Gap[] = ['uuid', 'arrival']

export type Variables = Readonly<Record<string, string | number | boolean>>

const placeholder = /\{\{\s*([A-Za-z_][A-Za-z0-9_]*)\s*\}\}/g

export const namesIn = (text: string): string[] => [...text.matchAll(placeholder)].map(([, name]) => name!)

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

/** Literal text and gaps in turn. */
export function splitAtGaps(text: string): (string | { gap: Gap })[] {
  const parts: (string | { gap: Gap })[] = []
  let from = 0
  for (const match of text.matchAll(placeholder)) {
    const gap = gaps.find((name) => name === match[1])
    if (gap === undefined) continue
    if (match.index > from) parts.push(text.slice(from, match.index))
    parts.push({ gap })
    from = match.index + match[0].length
  }
  if (from < text.length) parts.push(text.slice(from))
  return parts
}
