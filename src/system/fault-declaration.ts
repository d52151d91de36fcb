// A kind of fault as it is told to users and asked for, without what it does (that is chaos/faults/).

import { errors } from '../errors.ts'
import { readParameter, readParameters, type Parameter, type ParameterValues } from './parameters.ts'
import { suggest } from './suggest.ts'

/** `up`: what the caller sends; `down`: what comes back. */
export type FaultDirection = 'up' | 'down' | 'both'

export interface FaultDeclaration {
  /** As on the command line: `kill`. */
  kind: string
  target: 'service' | 'edge'
  /** One sentence. */
  summary: string
  /** More, for --help. */
  description?: string
  /** What follows `msvc chaos`. */
  examples: readonly string[]
  defaultLeaseMs: number
  /** Its own parameters. */
  params: readonly Parameter[]
  /** What `percent` is a share of; absent: all or nothing. */
  percentOf?: 'connections' | 'requests'
  /** The first one is the default; absent: it has none. */
  directions?: readonly FaultDirection[]
  /** Whether chance plays a part beyond `percent`. */
  isRandom?: true
  /** Throws a UserError for what does not fit together, which the table of parameters alone cannot say. */
  refuse?(params: ParameterValues): void
}

/** As it is asked for: the body of `POST /faults`, and what an experiment's method says. */
export interface FaultRequest {
  kind: string
  target: string
  forMs?: number | undefined
  percent?: number | undefined
  direction?: FaultDirection | undefined
  /** The same seed, the same decisions. */
  seed?: number | undefined
  params?: Readonly<Record<string, unknown>> | undefined
}

/** The request with nothing left open. */
export interface FaultSettings {
  percent: number
  /** null: it has none. */
  direction: FaultDirection | null
  seed: number
  params: ParameterValues
}

/** Common to all faults that take them; `percent` is that of affected connections or requests. */
export const commonParameters = {
  percent: { name: 'percent', unit: 'percent', min: 0.001, max: 100, default: 100, help: 'how many of them' },
  seed: {
    name: 'seed',
    unit: 'count',
    min: 0,
    max: 2 ** 31 - 1,
    default: 1,
    help: 'all chance comes from it: the same seed, the same decisions',
  },
} as const satisfies Record<string, Parameter>

/** @throws UserError when one does not fit this kind of fault */
export function readFaultSettings(
  declaration: FaultDeclaration,
  request: Omit<FaultRequest, 'kind' | 'target'>,
  written?: (name: string) => string,
): FaultSettings {
  const { kind, percentOf, directions, isRandom } = declaration
  const call = written ?? ((name: string) => name)
  const { percent, direction, seed, params = {} } = request
  const refuse = (name: string): never => {
    throw errors.unknownParameter(kind, name, parameterNames(declaration))
  }
  if (percent !== undefined && percentOf === undefined) refuse('percent')
  if (direction !== undefined && directions === undefined) refuse('direction')
  if (seed !== undefined && percentOf === undefined && isRandom !== true) refuse('seed')
  if (typeof params !== 'object' || params === null || Array.isArray(params)) {
    throw errors.badValue(call('params'), JSON.stringify(params), 'an object')
  }
  const common = (name: keyof typeof commonParameters, value: unknown): number =>
    Number(readParameter(commonParameters[name], value ?? commonParameters[name].default, call(name)))
  const own = readParameters(declaration, params, written)
  declaration.refuse?.(own)
  const [usual = null] = directions ?? []
  if (direction !== undefined && directions?.includes(direction) !== true) {
    throw errors.badValue(call('direction'), String(direction), (directions ?? []).join(' or '))
  }
  return {
    percent: common('percent', percent),
    direction: direction ?? usual,
    seed: common('seed', seed),
    params: own,
  }
}

/** All that may be said of it, by name. */
export const parameterNames = ({ params, percentOf, directions, isRandom }: FaultDeclaration): string[] => [
  ...params.map(({ name }) => name),
  ...(percentOf === undefined ? [] : ['percent']),
  ...(directions === undefined ? [] : ['direction']),
  ...(percentOf === undefined && isRandom !== true ? [] : ['seed']),
]

/** The kind of that name, or what was meant. */
export function findFault<T extends FaultDeclaration>(kinds: readonly T[], kind: string): T {
  const found = kinds.find((one) => one.kind === kind)
  if (found !== undefined) return found
  const known = kinds.map((one) => one.kind)
  throw errors.unknownFaultKind(kind, known, suggest(kind, known))
}
