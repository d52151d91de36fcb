// A toxic that is set on a proxy: what it was asked to do, and what it has touched so far.

import { clamped, type Attributes } from './attributes.ts'
import type { Touched } from '../system/proxy-api.ts'
import { seededChance } from '../system/seeded-chance.ts'
import type { Link } from './pipeline.ts'
import type { Direction, ToxicKind } from './toxic.ts'

/**
 * An update changes it in place: the object itself is what its lease and the links of open connections know it by,
 * since another toxic may come under its name before the last connection has let go of it.
 */
export interface InstalledToxic {
  readonly name: string
  readonly kind: ToxicKind
  readonly direction: Direction
  /** As the client wrote it. */
  readonly stream: string
  /** Share of connections that have it, 0 to 1. */
  toxicity: number
  attributes: Attributes
  /** Grows with each update. */
  version: number
  /** `firstAt`: epoch ms; undefined: it did not bite so far. */
  readonly touched: Touched & { firstAt: number | undefined }
  /** Set by the one who runs the process: guests cannot take it away. */
  readonly isOwned: boolean
  /** Its own seed: then its decisions depend on nothing else, not even on what the proxy saw before. */
  readonly seed: number | undefined
  /** Number of the first connection that came after it was set. */
  readonly firstConnection: number
  /** Requests that were broken, over all connections. */
  readonly shared: { requests: number }
  /** Epoch ms at which it ends by itself. */
  expiresAt: number | undefined
}

export const untouched = (): InstalledToxic['touched'] => ({
  bytes: 0,
  events: 0,
  connections: 0,
  firstAt: undefined,
})

export interface LinkContext {
  /** Tells this connection from all others of the proxy: 1, 2, 3, … */
  connection: number
  proxy: string
  seed: number
  startMs: number
  isCompat: boolean
  now(): number
  /** The toxic touched something for the first time. */
  bit(toxic: InstalledToxic): void
}

/**
 * The toxic on one connection; undefined when its toxicity spares that one. The lot is drawn from
 * (seed, proxy, toxic, connection) only: neighbours, updates and time change nothing, and a higher
 * toxicity only adds connections.
 */
export function linkOf(toxic: InstalledToxic, context: LinkContext): Link | undefined {
  const { connection, proxy, seed } = context
  // With a seed of its own: of the two directions of one fault, the same connections are affected.
  const parts =
    toxic.seed === undefined
      ? [seed, proxy, toxic.name, connection]
      : [toxic.seed, toxic.kind.type, connection - toxic.firstConnection]
  const lot = seededChance('toxicity', ...parts)
  if (toxic.toxicity < 1 && lot() >= toxic.toxicity) return undefined
  let isCounted = false
  return {
    toxic,
    version: toxic.version,
    bufferBytes: toxic.kind.bufferBytes,
    closesWhenRemoved: toxic.kind.closesWhenRemoved === true,
    start: (carried) =>
      toxic.kind.stage(clamped(toxic.kind.attributes, toxic.attributes), {
        startMs: context.startMs,
        chance: seededChance('decisions', ...parts, ...(toxic.seed === undefined ? [] : [toxic.direction])),
        isCompat: context.isCompat,
        carried,
        shared: toxic.shared,
      }),
    touched(bytes, events) {
      const { touched } = toxic
      touched.bytes += bytes
      touched.events += events
      if (isCounted) return
      isCounted = true
      touched.connections++
      if (touched.firstAt !== undefined) return
      touched.firstAt = context.now()
      context.bit(toxic)
    },
  }
}
