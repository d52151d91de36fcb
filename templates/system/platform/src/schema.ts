// The schemas of contracts and settings: those of TypeBox (https://github.com/sinclairzx81/typebox) that services
// are made of, with its types, so that data is typed as it is declared.
//
// TypeBox itself is 370 modules: a tenth of a second of each start, and 8 MB, to make what is plain JSON Schema. A
// schema that is not here can come from it, and fits in with these.

import type { Type as TypeBox } from 'typebox'

export const Type = {
  Null: (options?: object) => ({ type: 'null', ...options }),
  String: (options?: object) => ({ type: 'string', ...options }),
  Number: (options?: object) => ({ type: 'number', ...options }),
  Integer: (options?: object) => ({ type: 'integer', ...options }),
  Unknown: (options?: object) => ({ ...options }),
  Enum: (values: object, options?: object) => ({ enum: Object.values(values), ...options }),
  Union: (schemas: object[], options?: object) => ({ anyOf: schemas, ...options }),
  Array: (items: object, options?: object) => ({ type: 'array', items, ...options }),
  /** Keys are texts, with a pattern or without. */
  Record: ({ pattern = '^.*$' }: { pattern?: string }, value: object, options?: object) => ({
    type: 'object',
    patternProperties: { [pattern]: value },
    ...options,
  }),
  Object: objectOf,
  Optional: optional,
  Partial: ({ properties }: ObjectSchema, options?: object) =>
    objectOf(
      Object.fromEntries(Object.entries(properties).map(([name, each]) => [name, optional(each)])),
      options,
    ),
  Pick: ({ properties }: ObjectSchema, names: string[], options?: object) =>
    objectOf(
      Object.fromEntries(Object.entries(properties).filter(([name]) => names.includes(name))),
      options,
    ),
} as unknown as Pick<
  typeof TypeBox,
  | 'Null'
  | 'String'
  | 'Number'
  | 'Integer'
  | 'Unknown'
  | 'Enum'
  | 'Union'
  | 'Array'
  | 'Record'
  | 'Object'
  | 'Optional'
  | 'Partial'
  | 'Pick'
>

interface ObjectSchema {
  type: 'object'
  properties: Record<string, object>
  required?: string[]
}

/** Not enumerable, and so no part of the schema: TypeBox's own mark. */
const optionalMark = '~optional'

function optional(schema: object): object {
  return Object.defineProperty({ ...schema }, optionalMark, { value: true })
}

function objectOf(properties: Record<string, object>, options?: object): ObjectSchema {
  const required = Object.keys(properties).filter((name) => !(optionalMark in properties[name]!))
  return { type: 'object', ...(required.length > 0 && { required }), properties, ...options }
}
