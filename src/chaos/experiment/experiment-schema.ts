// The shape of an experiment's file: one schema gives the types, the validation, and the JSON Schema that
// editors read (.msvc/experiment.schema.json).

import Type, { type Static } from 'typebox'

const closed = { additionalProperties: false }

const duration = Type.String({
  pattern: '^([0-9]+(\\.[0-9]+)?(ms|s|m|h))+$',
  description: 'a time, such as 500ms, 20s or 1m30s',
})

const name = Type.String({ minLength: 1, description: 'how reports call it' })

const metric = Type.String({
  pattern: '^(success_rate|rate|latency_(p50|p90|p99|p999|max))$',
  description: 'success_rate, rate, latency_p50, latency_p90, latency_p99, latency_p999 or latency_max',
})

const route = Type.String({
  minLength: 1,
  description: 'the name of a request of the scenario, or its method and path, such as POST /orders',
})

const limit = Type.Union(
  [Type.Number(), Type.String({ pattern: '^([0-9.]+x(\\+[0-9].*(ms|s|m|h))?|[0-9].*(ms|s|m|h))$' })],
  {
    description:
      'a number, a time such as 300ms, or 1.5x or 1.5x+10ms: so many times what it was before the fault, and so much more',
  },
)

const loadProbe = {
  metric: Type.Optional(metric),
  route: Type.Optional(route),
  min: Type.Optional(limit),
  max: Type.Optional(limit),
  window: Type.Optional(duration),
}

const httpProbe = {
  http: Type.Optional(
    Type.Object(
      {
        service: Type.String({ minLength: 1 }),
        path: Type.String({ pattern: '^/', description: 'a path of the service, such as /readyz' }),
      },
      { ...closed, description: 'instead of a metric: ask a service itself' },
    ),
  ),
  status: Type.Optional(Type.Integer({ minimum: 100, maximum: 599 })),
  every: Type.Optional(duration),
  timeout: Type.Optional(duration),
}

const probeSchema = Type.Object({ name, ...loadProbe, ...httpProbe }, closed)

const breakerState = Type.String({
  pattern: '^(closed|open|half_open|forced_open|disabled)$',
  description: 'closed, open, half_open, forced_open or disabled',
})

const expectSchema = Type.Object(
  {
    breaker: Type.Optional(Type.String({ description: 'an edge, such as order:payment' })),
    state: Type.Optional(breakerState),
    probe: Type.Optional(Type.String({ description: 'the name of a probe' })),
    within: Type.Optional(duration),
    during: Type.Optional(Type.Literal(true)),
  },
  closed,
)

const targetSchema = Type.Union(
  [
    Type.String({ minLength: 1 }),
    Type.Object({ service: Type.String(), instances: Type.Optional(Type.Literal(1)) }, closed),
    Type.Object({ edge: Type.String() }, closed),
  ],
  {
    description: 'a service (payment), an edge (order:payment), {service: payment} or {edge: order:payment}',
  },
)

const faultSchema = Type.Object(
  {
    at: duration,
    fault: Type.String({ minLength: 1 }),
    target: targetSchema,
    for: duration,
    percent: Type.Optional(Type.Number({ exclusiveMinimum: 0, maximum: 100 })),
    direction: Type.Optional(Type.String({ minLength: 1 })),
    params: Type.Optional(
      Type.Record(Type.String(), Type.Unknown(), { description: 'what this kind of fault takes' }),
    ),
    expect: Type.Optional(Type.Array(expectSchema)),
  },
  closed,
)

const haltSchema = Type.Object(
  {
    metric,
    route: Type.Optional(route),
    below: Type.Optional(limit),
    above: Type.Optional(limit),
    for: duration,
  },
  closed,
)

export const experimentSchema = Type.Object(
  {
    apiVersion: Type.Literal('msvc/v1'),
    kind: Type.Literal('Experiment'),
    metadata: Type.Object({ name, description: Type.Optional(Type.String()) }, closed),
    seed: Type.Optional(Type.Integer({ minimum: 0 })),
    load: Type.Object(
      {
        rps: Type.Number({ exclusiveMinimum: 0 }),
        scenario: Type.Optional(
          Type.String({
            minLength: 1,
            description: 'load/<name>.yaml, or a path to it; default if left out',
          }),
        ),
        duration: Type.Optional(duration),
        warmUp: Type.Optional(duration),
        timeout: Type.Optional(duration),
      },
      closed,
    ),
    steadyState: Type.Object(
      { probes: Type.Array(probeSchema, { minItems: 1 }) },
      { ...closed, description: 'what is true before, and again after' },
    ),
    method: Type.Array(faultSchema, { minItems: 1, description: 'faults, each at its time' }),
    recover: Type.Optional(
      Type.Object({ within: duration, breaker: Type.Optional(Type.Literal('closed')) }, closed),
    ),
    halt: Type.Optional(Type.Array(haltSchema, { description: 'ends the experiment at once' })),
    limits: Type.Optional(
      Type.Object(
        {
          maxDuration: Type.Optional(duration),
          maxServices: Type.Optional(Type.Integer({ minimum: 1 })),
        },
        closed,
      ),
    ),
    expect: Type.Optional(
      Type.Literal('invariants', { description: "invariants: the system's own are checked at the end" }),
    ),
  },
  {
    ...closed,
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'An experiment of msvc',
  },
)

export type ExperimentFile = Static<typeof experimentSchema>
export type ProbeFile = Static<typeof probeSchema>
export type FaultFile = Static<typeof faultSchema>
export type ExpectFile = Static<typeof expectSchema>
export type HaltFile = Static<typeof haltSchema>
