// A service's settings: from the environment only, checked once at the start.
//
// Every service knows the variables below; it adds its own as TypeBox properties, and each callee
// adds `<CALLEE>_URL`. A wrong or missing variable ends the start with its name (see lifecycle.ts).

import { Ajv, type ErrorObject } from 'ajv'
import type { Static, TObject, TProperties } from 'typebox'
import { Type } from './schema.ts'
import { boundedTexts, readTexts } from './schema-check.ts'

/** A switch: only `1` is on. */
export const flag = () => Type.Enum(['0', '1'], { default: '0' })

const port = () => Type.Integer({ minimum: 0, maximum: 65_535, default: 0 })

const commonSettings = {
  HOST: Type.String({ default: '127.0.0.1' }),
  /** 0 takes a free port. */
  PORT: port(),
  /** Always on loopback: health, metrics and breakers. */
  ADMIN_PORT: port(),
  SERVICE_NAME: Type.String({ pattern: '^[a-z][a-z0-9-]*$' }),
  /** Where the service keeps its database. */
  DATA_DIR: Type.String({ minLength: 1, default: '.msvc/data' }),
  LOG_LEVEL: Type.Enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'], { default: 'info' }),
  /** One probe period of the balancer, or more: for so long it may not know yet that we are unready. */
  DRAIN_MS: Type.Integer({ minimum: 0, maximum: 60_000, default: 300 }),
  /** End when standard input ends: the life line of whoever started us. */
  EXIT_ON_STDIN_END: flag(),
  /** Traces are exported when this is set, and only then. */
  OTEL_EXPORTER_OTLP_ENDPOINT: Type.Optional(Type.String()),
  /** The edge believes who knows it about traces; see canary.ts. */
  CANARY_KEY: Type.Optional(Type.String({ minLength: 16 })),
  /** How many of the traces that begin in this service are sampled; see span-sampler.ts. */
  TRACES_PER_SECOND: Type.Integer({ minimum: 0, maximum: 100_000, default: 100 }),
}

export type CommonConfig = Static<TObject<typeof commonSettings>>
export type Config<Settings extends TProperties> = CommonConfig & Static<TObject<Settings>>

/** Thrown for a bad environment; the message names each variable. */
export class ConfigError extends Error {}

export interface ReadConfigOptions<Settings extends TProperties> {
  settings: Settings
  callees: string[]
  env: Record<string, string | undefined>
}

export function readConfig<Settings extends TProperties>(
  options: ReadConfigOptions<Settings>,
): { config: Config<Settings>; calleeUrls: Map<string, string> } {
  const { settings, callees, env } = options
  const urls = Object.fromEntries(callees.map((name) => [urlVariable(name), calleeUrl()]))
  const schema = Type.Object({ ...commonSettings, ...urls, ...settings })
  const values = validate<Config<Settings> & Record<string, string>>(schema, env)
  const calleeUrls = new Map(callees.map((name) => [name, values[urlVariable(name)] ?? '']))
  return { config: values, calleeUrls }
}

/** `payment` → `PAYMENT_POLICY`: overrides of the edge's policy, as JSON; see policy-config.ts. */
export const policyVariable = (service: string): string => urlVariable(service).replace(/_URL$/, '_POLICY')

/** `payment` → `PAYMENT_URL` */
export const urlVariable = (service: string): string => `${service.toUpperCase().replaceAll('-', '_')}_URL`

const calleeUrl = () => Type.String({ pattern: '^https?://[^/]+/?$' })

/** What is no setting stays out; texts become numbers. */
function validate<T>(schema: TObject, env: Record<string, string | undefined>): T {
  const ajv = new Ajv({
    allErrors: true,
    coerceTypes: true,
    removeAdditional: 'all',
    useDefaults: true,
    ...readTexts,
  })
  const values: unknown = definedOnly(env)
  if (ajv.validate<T>(boundedTexts(schema), values)) return values
  throw new ConfigError((ajv.errors ?? []).map(name).join('; '))
}

const definedOnly = (env: Record<string, string | undefined>): Record<string, string> =>
  Object.fromEntries(Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined))

/** The variable and what is wrong with it, never its value: it may be a secret. */
function name({ instancePath, message, params }: ErrorObject): string {
  const { missingProperty, allowedValues } = params as { missingProperty?: string; allowedValues?: unknown[] }
  if (missingProperty !== undefined) return `${missingProperty} is not set`
  const allowed = allowedValues === undefined ? '' : ` (${allowedValues.join(', ')})`
  return `${instancePath.slice(1)} ${message}${allowed}`
}
