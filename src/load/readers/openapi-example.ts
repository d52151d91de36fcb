// What an OpenAPI description gives as an example of a value: said at the place, in the schema, or put
// together from the examples of its parts. Nothing is invented: without an example there is none.

type Json = Record<string, unknown>

export const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Looks a `$ref` within the document up; anything else is itself. */
export type Resolve = (value: unknown) => unknown

export function resolverOf(document: Json): Resolve {
  const resolve = (value: unknown, hops = 0): unknown => {
    if (!isObject(value) || typeof value['$ref'] !== 'string') return value
    const [root, ...keys] = value['$ref'].split('/')
    // References to other documents, and circles of references, name nothing that can be used.
    if (root !== '#' || hops > 20) return undefined
    const found = keys
      .map((key) => decodeURIComponent(key).replaceAll('~1', '/').replaceAll('~0', '~'))
      .reduce<unknown>((at, key) => (isObject(at) ? at[key] : undefined), document)
    return resolve(found, hops + 1)
  }
  return (value) => resolve(value)
}

/** Of a parameter or a media type; undefined when there is none. */
export function exampleOf(described: Json, resolve: Resolve): unknown {
  if ('example' in described) return described['example']
  const [first] = isObject(described['examples']) ? Object.values(described['examples']) : []
  const example = resolve(first)
  if (isObject(example) && 'value' in example) return example['value']
  return exampleInSchema(described['schema'], resolve)
}

const deepest = 12

function exampleInSchema(described: unknown, resolve: Resolve, depth = 0): unknown {
  const schema = resolve(described)
  if (!isObject(schema) || depth > deepest) return undefined
  if ('example' in schema) return schema['example']
  if (Array.isArray(schema['examples']) && schema['examples'].length > 0) return schema['examples'][0]
  if ('default' in schema) return schema['default']
  if ('const' in schema) return schema['const']
  if (Array.isArray(schema['enum']) && schema['enum'].length > 0) return schema['enum'][0]
  const inner = (part: unknown): unknown => exampleInSchema(part, resolve, depth + 1)
  if (Array.isArray(schema['allOf'])) return mergedExample(schema['allOf'].map(inner))
  for (const choice of ['oneOf', 'anyOf'] as const) {
    const options = schema[choice]
    if (Array.isArray(options)) return options.map(inner).find((value) => value !== undefined)
  }
  if (isObject(schema['properties'])) return objectExample(schema, schema['properties'], { inner, resolve })
  if ('items' in schema) {
    const item = inner(schema['items'])
    return item === undefined ? undefined : [item]
  }
  return undefined
}

/** With every property that has an example, but for those that only answers have; none when a required one has none. */
function objectExample(
  schema: Json,
  properties: Json,
  { inner, resolve }: { inner: (part: unknown) => unknown; resolve: Resolve },
): Json | undefined {
  const isReadOnly = (name: string): boolean => {
    const property = resolve(properties[name])
    return isObject(property) && property['readOnly'] === true
  }
  const all = Array.isArray(schema['required']) ? schema['required'] : []
  const required = all.filter((name) => !isReadOnly(String(name)))
  const found = Object.entries(properties)
    .filter(([name]) => !isReadOnly(name))
    .map(([name, part]): [string, unknown] => [name, inner(part)])
    .filter(([, value]) => value !== undefined)
  const example = Object.fromEntries(found)
  return found.length > 0 && required.every((name) => String(name) in example) ? example : undefined
}

const mergedExample = (parts: unknown[]): unknown =>
  parts.every(isObject) ? Object.assign({}, ...parts) : undefined
