// The shape of msvc.yaml: one schema gives the types, the validation, and the JSON Schema that editors
// read (.msvc/schema.json).
//
// Written out, not built by TypeBox as the others are: `msvc up` reads it, and TypeBox's builders are 370 modules.

import type { TUnsafe } from 'typebox'
import type { XStatic } from 'typebox/schema'

const namePattern = '^[a-z][a-z0-9-]*[a-z0-9]$'
const name = {
  type: 'string',
  pattern: namePattern,
  description: 'lower-case letters, digits and dashes',
} as const

const serviceSchema = {
  type: 'object',
  required: ['path'],
  properties: {
    path: {
      type: 'string',
      minLength: 1,
      description: "folder of the service, relative to this file's folder",
    },
    port: {
      type: 'integer',
      minimum: 1,
      maximum: 65535,
      description: 'where it listens; absent: a free one is taken',
    },
    dependsOn: { type: 'array', items: name, uniqueItems: true, description: 'services that it calls' },
    follows: { type: 'array', items: name, uniqueItems: true, description: 'services whose feed it reads' },
    command: {
      anyOf: [
        { type: 'string', minLength: 1 },
        { type: 'array', items: { type: 'string' }, minItems: 1 },
      ],
      description:
        'how it starts when msvc did not generate it: an array, or a string that is split without a shell',
    },
    health: {
      type: 'string',
      pattern: '^/',
      description: 'a path on its port that answers 2xx when it is ready (with command)',
    },
    slo: {
      type: 'object',
      description: 'what is promised of it; `msvc load -t slo` judges by that',
      properties: {
        p99: { type: 'string', pattern: '^[0-9]+(\\.[0-9]+)?(ms|s)$' },
        availability: { type: 'string', pattern: '^(100(\\.0+)?|[0-9]{1,2}(\\.[0-9]+)?)%$' },
      },
      additionalProperties: false,
    },
  },
  additionalProperties: false,
} as const

const shape = {
  type: 'object',
  required: ['apiVersion', 'kind', 'name', 'entry', 'services'],
  properties: {
    apiVersion: { type: 'string', const: 'msvc/v1' },
    kind: { type: 'string', const: 'System' },
    name,
    entry: { type: 'string', description: 'the service that takes the traffic from outside' },
    services: {
      type: 'object',
      patternProperties: { [namePattern]: serviceSchema },
      minProperties: 1,
      additionalProperties: false,
    },
  },
  additionalProperties: false,
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'A system of msvc',
} as const

export type ServiceFile = XStatic<typeof serviceSchema>

export const systemSchema = shape as unknown as TUnsafe<XStatic<typeof shape>>
