// For tests only: values that a schema allows, the bounds among them, and values that it does not.

/** What our own contracts use of JSON Schema in requests. */
export interface Schema {
  type: 'string' | 'integer' | 'number' | 'object' | 'array'
  minLength?: number
  maxLength?: number
  pattern?: string
  minimum?: number
  maximum?: number
  items?: Schema
  maxItems?: number
  properties?: Record<string, Schema>
  required?: string[]
}

export interface Parameter {
  name: string
  in: 'path' | 'query' | 'header'
  required: boolean
  schema: Schema
}

/** Values that a name may have, instead of what its schema says: ids that exist, waits that are short. */
export type Samples = Record<string, readonly unknown[]>
const text: Schema = { type: 'string' }

/** At least one; the bounds are among them. */
export function goodValues(schema: Schema, samples: Samples): unknown[] {
  const { type, pattern, minLength = 0, maxLength = 20, minimum = 0, maximum = 9, items = text } = schema
  switch (type) {
    case 'integer':
      return [minimum, minimum + 1, maximum]
    case 'number':
      return [minimum, (minimum + maximum) / 2, maximum]
    case 'string': {
      const texts = ['o1', 'a'.repeat(maxLength), 'x'.repeat(Math.max(minLength, 1)), "Größe '%2f; --"]
      return texts.filter((one) => one.length <= maxLength && (!pattern || new RegExp(pattern).test(one)))
    }
    case 'array':
      return [[], goodValues(items, samples)]
    case 'object':
      return goodObjects(schema, samples)
  }
}

/** The least, and each with one value varied; all of them with something that nobody asked for. */
function goodObjects({ properties = {}, required = [] }: Schema, samples: Samples): object[] {
  const values = Object.entries(properties).map(([name, schema]): [string, readonly unknown[]] => [
    name,
    samples[name] ?? goodValues(schema, samples),
  ])
  const least = Object.fromEntries(
    values.filter(([name]) => required.includes(name)).map(([name, [first]]) => [name, first]),
  )
  const varied = values.flatMap(([name, list]) => list.map((value) => ({ ...least, [name]: value })))
  return [least, ...varied].flatMap((one) => [one, { ...one, id: 'mine', extra: [{}] }])
}

const otherTypes: unknown[] = [null, true, 'x', 1.5, [1], { a: 1 }]

export function badValues(schema: Schema): unknown[] {
  const { type, minLength = 0, maxLength, pattern, minimum, maximum, maxItems, items = text } = schema
  switch (type) {
    case 'integer':
    case 'number':
      return [
        ...otherTypes.filter((value) => type === 'integer' || typeof value !== 'number'),
        '1',
        ...(minimum === undefined ? [] : [minimum - 1]),
        ...(maximum === undefined ? [] : [maximum * 2 + 1]),
      ]
    case 'string':
      return [
        ...otherTypes.filter((value) => typeof value !== 'string'),
        ...(minLength > 0 ? [''] : []),
        ...(maxLength === undefined ? [] : ['a'.repeat(maxLength + 1)]),
        ...(pattern === undefined ? [] : ['!']),
      ]
    case 'array':
      return [
        ...otherTypes.filter((value) => !Array.isArray(value)),
        ...badValues(items).map((value) => [value]),
        ...(maxItems === undefined ? [] : [Array.from({ length: maxItems + 1 }, () => 'x')]),
      ]
    case 'object':
      return badObjects(schema)
  }
}

function badObjects({ properties = {}, required = [] }: Schema): unknown[] {
  const good = Object.fromEntries(
    Object.entries(properties).map(([name, schema]) => [name, goodValues(schema, {})[0]]),
  )
  return [
    ...otherTypes.filter((value) => typeof value !== 'object' || value === null || Array.isArray(value)),
    ...required.map((name) => ({ ...good, [name]: undefined })),
    ...Object.entries(properties).flatMap(([name, schema]) =>
      badValues(schema).map((value) => ({ ...good, [name]: value })),
    ),
  ]
}

/** What is no such value although everything in a URL and a header is text. */
export function badTexts({ in: place, schema }: Parameter): string[] {
  const { type, minLength = 0, maxLength, pattern, minimum, maximum } = schema
  if (type === 'string') {
    return [
      // Without its name in it, a path is another path.
      ...(minLength > 0 && place !== 'path' ? [''] : []),
      ...(maxLength === undefined ? [] : ['a'.repeat(maxLength + 1)]),
      ...(pattern === undefined ? [] : ['!', 'a b', '../x']),
    ]
  }
  return [
    'x',
    ...(type === 'integer' ? ['1.5'] : []),
    'null',
    '[]',
    'Infinity',
    '-1e999',
    ...(minimum === undefined ? [] : [String(minimum - 1)]),
    ...(maximum === undefined ? [] : [String(BigInt(maximum) * 2n + 1n)]),
  ]
}
