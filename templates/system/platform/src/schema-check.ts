// Whether data is as a schema declares it. Numbers in quotes are no numbers: that is for URLs, which Fastify checks.

import { Ajv } from 'ajv'
import type { TObject, TSchema } from 'typebox'

/** What is wrong first, such as `/quantity must be integer`; undefined for nothing. */
export type SchemaCheck = (data: unknown) => string | undefined

/** Ours are valid schemas; to check them against the schema of schemas would cost a start 50 ms. */
export const trustedSchemas = { validateSchema: false, meta: false } as const

/**
 * For texts that become numbers, in URLs, headers and the environment. `Infinity` and `1e999` become one too, and Ajv
 * looks at their bounds only where they need not be finite.
 */
export const readTexts = { ...trustedSchemas, strictNumbers: false } as const

const finite = { minimum: -Number.MAX_VALUE, maximum: Number.MAX_VALUE }

/** The same for texts, with bounds where a number has none. */
export const boundedTexts = (schema: TObject): TObject => ({
  ...schema,
  properties: Object.fromEntries(
    Object.entries(schema.properties).map(([name, one]) => [
      name,
      isNumber(one) ? { ...finite, ...one } : one,
    ]),
  ),
})

const isNumber = (schema: { type?: unknown }): boolean =>
  schema.type === 'integer' || schema.type === 'number'

const ajv = new Ajv(trustedSchemas)

export function compileCheck(schema: TSchema): SchemaCheck {
  const validate = ajv.compile(schema)
  return (data) => {
    if (validate(data)) return undefined
    const [first] = validate.errors ?? []
    return `${first?.instancePath ?? ''} ${first?.message ?? 'is not as declared'}`
  }
}
