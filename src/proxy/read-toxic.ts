// A toxic from the body of a request, with Toxiproxy's defaults and its order of complaints.

import { mergeAttributes, outOfBounds, zeroAttributes, type Attributes } from './attributes.ts'
import { field, float32 } from './go-json.ts'
import { refusals } from './refusal.ts'
import { bodyObject, numberField, stringField } from './request-body.ts'
import type { Direction, ToxicKind } from './toxic.ts'
import { toxicKinds } from './toxics.ts'

export interface ToxicRequest {
  name: string
  kind: ToxicKind
  stream: string
  direction: Direction
  toxicity: number
  attributes: Attributes
  /** Only ours; Toxiproxy ignores it. */
  seed: number | undefined
}

export interface ReadOptions {
  /** Takes what Toxiproxy takes; bounds are kept inside only. */
  isCompat: boolean
}

/** @throws Refusal in Toxiproxy's words; outside of compat also for what is out of bounds */
export function readToxic(body: unknown, options: ReadOptions): ToxicRequest {
  const given = bodyObject(body, 'toxics.ToxicWrapper')
  const type = stringField(given, 'type') ?? ''
  const kind = toxicKinds.get(type)
  const stream = stringField(given, 'stream') ?? kind?.defaultStream ?? 'downstream'
  const name = stringField(given, 'name') ?? ''
  const toxicity = numberField(given, 'toxicity') ?? 1
  const direction = stream.toLowerCase()
  if (direction !== 'upstream' && direction !== 'downstream') throw refusals.invalidStream()
  if (kind === undefined) throw refusals.invalidType()
  const attributes = readAttributes({ kind, given, base: zeroAttributes(kind.attributes) })
  const seed = options.isCompat ? undefined : numberField(given, 'seed')
  const request = {
    name: name === '' ? `${type}_${stream}` : name,
    kind,
    stream,
    direction,
    attributes,
    seed,
  }
  return checked({ ...request, toxicity: float32(toxicity) } as ToxicRequest, options)
}

/**
 * Attributes and toxicity are merged; nothing else can be changed.
 * @throws Refusal as readToxic does
 */
export function readUpdate(body: unknown, toxic: ToxicRequest, options: ReadOptions): ToxicRequest {
  const given = bodyObject(body, 'toxics.ToxicWrapper')
  const toxicity = numberField(given, 'toxicity') ?? toxic.toxicity
  const attributes = readAttributes({ kind: toxic.kind, given, base: toxic.attributes })
  return checked({ ...toxic, attributes, toxicity: float32(toxicity) }, options)
}

function checked(toxic: ToxicRequest, { isCompat }: ReadOptions): ToxicRequest {
  if (isCompat) return toxic
  const { kind, attributes, stream, direction, toxicity, name } = toxic
  const reason =
    outOfBounds(kind.attributes, attributes) ??
    kind.refuse?.(attributes, direction) ??
    (toxicity >= 0 && toxicity <= 1 ? undefined : 'toxicity must be from 0 to 1')
  if (reason !== undefined) throw refusals.badBody(reason)
  if (isHostileName(name) || isHostileName(stream)) throw refusals.hostileName()
  return toxic
}

function readAttributes({
  kind,
  given,
  base,
}: {
  kind: ToxicKind
  given: Record<string, unknown>
  base: Attributes
}): Attributes {
  const attributes = mergeAttributes(kind.attributes, base, field(given, 'attributes'))
  if (typeof attributes === 'string') throw refusals.badBody(attributes)
  return attributes
}

/** No URL of ours can name it: a slash, a control character, a lone surrogate, or 256 characters. */
export const isHostileName = (name: string): boolean =>
  name.length > 255 || !name.isWellFormed() || /[\p{Cc}/\\]|^\.{1,2}$/u.test(name)
