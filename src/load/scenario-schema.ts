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
    pattern: '^(body(\\.[^.\\s]+)*|header\\.[A-Za-z0-9-]+)$',
    description: 'a path into the answer, such as body.items.0.id or header.location',
  }),
  { ...closed, description: 'variable: where in the answer its value stands' },
)

const duration = Type.String({
  pattern: '^([0-9]+(\\.[0-9]+)?(ms|s|m|h))+$',
  description: 'a time, such as 500ms, 20s or 1m30s',
})

const stageName = Type.String({
  pattern: '^[A-Za-z][A-Za-z0-9_-]*$',
  description: 'what thresholds call the stage, such as peak',
})

const checks = Type.Object(
  {
    contains: Type.Optional(Type.String({ minLength: 1, description: 'a text that the body must hold' })),
    json: Type.Optional(
      Type.Record(Type.String({ pattern: '^body(\\.[^.\\s]+)*$' }), Type.Unknown(), {
        ...closed,
        description: 'body.path: the value that must stand there',
      }),
    ),
  },
  closed,
)

const setupStepSchema = Type.Object({ name, path, ...requestFields, capture: Type.Optional(capture) }, closed)

const stepSchema = Type.Object(
  {
    name: Type.Optional(name),
    path,
    ...requestFields,
    checks: Type.Optional(checks),
    capture: Type.Optional(capture),
    think: Type.Optional(duration),
  },
  closed,
)

const feedSchema = Type.Object(
  {
    file: Type.String({ minLength: 1, description: 'CSV with a header line, or a JSON list of objects' }),
    pick: Type.Optional(
      Type.Union([Type.Literal('sequential'), Type.Literal('random')], {
        description: 'sequential or random',
      }),
    ),
  },
  closed,
)

const rate = Type.Number({ minimum: 0 })

const loadSchema = Type.Object(
  {
    executor: Type.Union([Type.Literal('constant-arrival-rate'), Type.Literal('ramping-arrival-rate')], {
      description: 'constant-arrival-rate or ramping-arrival-rate',
    }),
    rate: Type.Optional(rate),
    duration: Type.Optional(duration),
    startRate: Type.Optional(rate),
    stages: Type.Optional(
      Type.Array(Type.Object({ target: rate, duration, name: Type.Optional(stageName) }, closed), {
        minItems: 1,
      }),
    ),
    timeUnit: Type.Optional(duration),
    arrivals: Type.Optional(
      Type.Union([Type.Literal('even'), Type.Literal('poisson')], { description: 'even or poisson' }),
    ),
  },
  { ...closed, description: 'the schedule when the command line gives none; words of k6' },
)

const requestSchema = Type.Object(
  {
    name,
    weight: Type.Optional(
      Type.Integer({ minimum: 1, maximum: 1000, description: 'how often, beside the others' }),
    ),
    path: Type.Optional(path),
    ...requestFields,
    checks: Type.Optional(checks),
    steps: Type.Optional(
      Type.Array(stepSchema, { minItems: 1, description: 'instead of a path: one after the other' }),
    ),
  },
  closed,
)

export const scenarioSchema = Type.Object(
  {
    apiVersion: Type.Literal('msvc/v1'),
    kind: Type.Literal('Scenario'),
    name,
    load: Type.Optional(loadSchema),
    thresholds: Type.Optional(
      Type.Array(Type.String({ minLength: 1 }), {
        description: 'what a run has to reach, such as p99<200ms, errors<1% or p99{place order}<300ms',
      }),
    ),
    feeds: Type.Optional(
      Type.Record(Type.String({ pattern: '^[A-Za-z_][A-Za-z0-9_]*$' }), feedSchema, {
        ...closed,
        description: 'name: rows, one for each arrival, as {{name.column}}',
      }),
    ),
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

export type SetupStepFile = Static<typeof setupStepSchema>
export type StepFile = Static<typeof stepSchema>
export type LoadFile = Static<typeof loadSchema>
export type RequestFile = Static<typeof requestSchema>
