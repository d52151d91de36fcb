// The shape of msvc.yaml: one schema gives the types, the validation, and the JSON Schema that editors
// read (.msvc/schema.json).

import Type, { type Static } from 'typebox'

const closed = { additionalProperties: false }
const namePattern = '^[a-z][a-z0-9-]*[a-z0-9]$'
const name = Type.String({
  pattern: namePattern,
  description: 'lower-case letters, digits and dashes',
})

const serviceSchema = Type.Object(
  {
    path: Type.String({ minLength: 1, description: "folder of the service, relative to this file's folder" }),
    port: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 65535,
        description: 'where it listens; absent: a free one is taken',
      }),
    ),
    dependsOn: Type.Optional(Type.Array(name, { uniqueItems: true, description: 'services that it calls' })),
    follows: Type.Optional(
      Type.Array(name, { uniqueItems: true, description: 'services whose feed it reads' }),
    ),
    command: Type.Optional(
      Type.Union([Type.String({ minLength: 1 }), Type.Array(Type.String(), { minItems: 1 })], {
        description:
          'how it starts when msvc did not generate it: an array, or a string that is split without a shell',
      }),
    ),
    health: Type.Optional(
      Type.String({
        pattern: '^/',
        description: 'a path on its port that answers 2xx when it is ready (with command)',
      }),
    ),
    slo: Type.Optional(
      Type.Object(
        {
          p99: Type.Optional(Type.String({ pattern: '^[0-9]+(\\.[0-9]+)?(ms|s)$' })),
          availability: Type.Optional(Type.String({ pattern: '^[0-9]{1,3}(\\.[0-9]+)?%$' })),
        },
        closed,
      ),
    ),
  },
  closed,
)

export const systemSchema = Type.Object(
  {
    apiVersion: Type.Literal('msvc/v1'),
    kind: Type.Literal('System'),
    name,
    entry: Type.String({ description: 'the service that takes the traffic from outside' }),
    services: Type.Record(Type.String({ pattern: namePattern }), serviceSchema, {
      minProperties: 1,
      additionalProperties: false,
    }),
  },
  { ...closed, $schema: 'https://json-schema.org/draft/2020-12/schema', title: 'A system of msvc' },
)

export type ServiceFile = Static<typeof serviceSchema>
