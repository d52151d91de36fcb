// What a system is: services and the edges between them. Shared vocabulary of every part.

export interface System {
  name: string
  /** The service that takes the traffic from outside. */
  entry: string
  /** In the order of the file. */
  services: Service[]
}

/** What is promised of a service: `{p99: 100ms, availability: 99.9%}`. */
export interface Slo {
  p99?: string
  availability?: string
}

export interface Service {
  name: string
  /** Relative to the system's folder, with `/`. */
  path: string
  /** Absent: a free one is taken at start. */
  port?: number
  /** Synchronous callees. */
  dependsOn: string[]
  /** Services whose feed this one reads. */
  follows: string[]
  /** How a service that we did not generate starts, as an argument vector. */
  command?: string[]
  /** A path on `port` that says "ready" for such a service. */
  health?: string
  slo?: Slo
}

/** Caller and callee. Written `order:payment` everywhere. */
export interface Edge {
  name: string
  caller: string
  callee: string
  /** `client`: from outside of the system. */
  kind: 'call' | 'follow' | 'client'
}

/** Who calls from outside, as a caller; no service can have the name. */
export const client = 'client'

/** The edges in the order of the file, calls before follows. */
export function edgesOf(system: System): Edge[] {
  return system.services.flatMap(({ name, dependsOn, follows }) => [
    ...dependsOn.map((callee) => edge(name, callee, 'call')),
    ...follows.map((callee) => edge(name, callee, 'follow')),
  ])
}

/** The ways into each service from outside: `client:gateway` is the one that the traffic takes. */
const entrancesOf = (system: System): Edge[] =>
  system.services.map(({ name }) => edge(client, name, 'client'))

/** Each has a proxy of its own, and can be broken. */
export const allEdgesOf = (system: System): Edge[] => [...edgesOf(system), ...entrancesOf(system)]

const edge = (caller: string, callee: string, kind: Edge['kind']): Edge => ({
  name: `${caller}:${callee}`,
  caller,
  callee,
  kind,
})

/** `payment` → `PAYMENT_URL`: the variable in which a service finds a callee. */
export const urlVariable = (service: string): string => `${service.toUpperCase().replaceAll('-', '_')}_URL`

/** The same system without fixed ports, so that it can run beside another one. */
export const onFreePorts = (system: System): System => ({
  ...system,
  services: system.services.map(({ port: _port, ...service }) => service),
})
