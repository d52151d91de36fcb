// Whether data is as a schema declares it. Numbers in quotes are no numbers: that is for URLs, which Fastify checks.

import { Ajv } from 'ajv'
import type { TSchema } from 'typebox'

/** What is wrong first, such as `/quantity must be integer`; undefined for nothing. */
export type SchemaCheck = (data: unknown) => string | undefined

/** Ours are valid schemas; to check them against the schema of schemas would cost a start 50 ms. */
export const trustedSchemas = { validateSchema: false, meta: false } as const

const ajv = new Ajv(trustedSchemas)

export function compileCheck(schema: TSchema): SchemaCheck {
  const validate = ajv.compile(schema)
  return (data) => {
    if (validate(data)) return undefined
    const [first] = validate.errors ?? []
    return `${first?.instancePath ?? ''} ${first?.message ?? 'is not as declared'}`
  }
}
