// The shape of a scenario file: one schema gives the types, the validation, and the JSON Schema that
// editors read (.msvc/scenario.schema.json).

import Type, { type Static } from 'typebox'

const closed = { additionalProperties: false }

const status = Type.Integer({ minimum: 200, maximum: 599 })

const requestFields = {
  method: Type.Optional(
    Type.Union(
      ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'].map((method) => Type.Literal(method)),
      { description: 'GET, HEAD, POST, PUT, PATCH, DELETE or OPTIONS; GET if left out' },
    ),
  ),
  headers: Type.Optional(
    Type.Record(Type.String(), Type.Union([Type.String(), Type.Number()]), {
      description: 'name: value',
    }),
  ),
  body: Type.Optional(Type.Unknown({ description: 'an object is sent as JSON, a text as it is' })),
  expect: Type.Optional(
    Type.Union([status, Type.Array(status, { minItems: 1 })], {
      description: 'the status that counts as ok, or a list of them; any below 400 if left out',
    }),
  ),
}

const name = Type.String({ minLength: 1, description: 'how reports call it' })

const path = Type.String({
  pattern: '^(/|\\{\\{)',
  description: 'a path from the root of the target, such as /orders',
})

const capture = Type.Record(
  Type.String({ pattern: '^[A-Za-z_][A-Za-z0-9_]*$' }),
  Type.String({
    pattern: '^body(\\.[^.\\s]+)*$',
    description: 'a path into the answer, such as body.id or body.items.0.id',
  }),
  { ...closed, description: 'variable: where in the answer its value stands' },
)

const setupStepSchema = Type.Object({ name, path, ...requestFields, capture: Type.Optional(capture) }, closed)

const requestSchema = Type.Object(
  {
    name,
    weight: Type.Optional(
      Type.Integer({ minimum: 1, maximum: 1000, description: 'how often, beside the others' }),
    ),
    path,
    ...requestFields,
  },
  closed,
)

export const scenarioSchema = Type.Object(
  {
    apiVersion: Type.Literal('msvc/v1'),
    kind: Type.Literal('Scenario'),
    name,
    setup: Type.Optional(
      Type.Array(setupStepSchema, { description: 'once, in order, before the first arrival' }),
    ),
    requests: Type.Array(requestSchema, { minItems: 1, description: 'one per arrival, chosen by weight' }),
  },
  {
    ...closed,
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'A load scenario of msvc',
  },
)

export type ScenarioFile = Static<typeof scenarioSchema>
export type SetupStepFile = Static<typeof setupStepSchema>
export type RequestFile = Static<typeof requestSchema>
